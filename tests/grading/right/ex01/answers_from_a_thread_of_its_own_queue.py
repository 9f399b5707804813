import queue
import socket
import threading


def send_receipts(sock: socket.socket, count: int) -> None:
    box = queue.SimpleQueue()

    def answer():
        while (item := box.get()) is not None:
            text, sender = item
            sock.sendto(f"{len(text):d} characters".encode(), sender)

    clerk = threading.Thread(target=answer)
    clerk.start()
    try:
        for _ in range(count):
            data, sender = sock.recvfrom(65535)
            box.put((data.decode("utf-8"), sender))
    finally:
        box.put(None)
        clerk.join()
