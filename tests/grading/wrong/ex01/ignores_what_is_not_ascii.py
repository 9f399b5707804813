# expects: Some characters were left out
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode('ascii', 'ignore'))} characters".encode(), a)
