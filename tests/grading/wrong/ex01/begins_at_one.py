# expects: It ended before it answered
def send_receipts(sock, count):
    for _ in range(1, count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
