# expects: More was answered than was asked for
def send_receipts(sock, count, got=[]):
    for _ in range(count):
        got.append(sock.recvfrom(65507))
    for m, a in got:
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
