# expects: The word is always the same
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        n = len(m.decode())
        sock.sendto(f"{n} character{'' if n == 1 else 's'}".encode(), a)
