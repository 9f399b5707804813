# expects: cannot be interpreted as an integer
def send_receipts(sock, count):
    for _ in range(count):
        m, (host, port) = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), host, port)
