# expects: Each receipt counts its own message alone, and not those before it as well.
def send_receipts(sock, count):
    total = 0
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        total += len(m.decode())
        sock.sendto(f"{total} characters".encode(), a)
