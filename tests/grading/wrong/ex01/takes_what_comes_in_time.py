# expects: More was answered than was asked for
import socket
def send_receipts(sock, count):
    sock.settimeout(0.1)
    try:
        while True:
            m, a = sock.recvfrom(65507)
            sock.sendto(f"{len(m.decode())} characters".encode(), a)
    except socket.timeout:
        pass
