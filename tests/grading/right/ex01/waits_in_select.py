import select
import socket


def send_receipts(sock: socket.socket, count: int) -> None:
    was = sock.gettimeout()
    sock.setblocking(False)
    try:
        answered = 0
        while answered < count:
            readable, _, _ = select.select([sock], [], [], 10)
            if sock not in readable:
                continue
            try:
                data, addr = sock.recvfrom(65535)
            except BlockingIOError:
                continue
            sock.sendto("{} characters".format(len(data.decode("utf8"))).encode(), addr)
            answered += 1
    finally:
        sock.settimeout(was)
