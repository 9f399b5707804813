# expects: Leave out connect(…)
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.connect(a)
        sock.send(f"{len(m.decode())} characters".encode())
