# expects: bytes are not always text
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode('ascii'))} characters".encode(), sender)
