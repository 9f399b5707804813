# expects: A buffer of 65000 bytes is too small
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65000)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
