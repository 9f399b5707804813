# expects: send_receipts returned before its thread
import socket
import threading


def send_receipts(sock, count):
    threading.Thread(target=work, args=(sock, count), daemon=True).start()


def work(sock: socket.socket, count: int) -> None:
    for _ in range(count):
        data, address = sock.recvfrom(65507)
        text = data.decode()
        sock.sendto(f"{len(text)} characters".encode(), address)
