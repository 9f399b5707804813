# expects: That is the number of bytes
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message)} characters".encode(), sender)
