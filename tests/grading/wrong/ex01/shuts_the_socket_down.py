# expects: That is the end of the socket
import socket
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
