# expects: The code below that line is never reached
def send_receipts(sock, count):
    raise NotImplementedError
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
