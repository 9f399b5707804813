# expects: Who opened it closes it
def send_receipts(sock, count):
    with sock:
        for _ in range(count):
            m, a = sock.recvfrom(65507)
            sock.sendto(f"{len(m.decode())} characters".encode(), a)
