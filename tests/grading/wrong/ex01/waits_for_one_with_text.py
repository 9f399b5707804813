# expects: An empty datagram is a message of 0 characters
def send_receipts(sock, count):
    while count:
        m, a = sock.recvfrom(65507)
        if not m:
            continue
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
        count -= 1
