# expects: a value of another kind
def send_receipts(sock, count):
    for _ in range(count):
        message, (host, port) = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode())} characters".encode(), host)
