# expects: a UDP socket has no partner
def send_receipts(sock, count):
    for _ in range(count):
        m = sock.recv(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), sock.getpeername())
