# expects: 'tuple' object has no attribute 'decode'
def send_receipts(sock, count):
    for _ in range(count):
        a, m = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
