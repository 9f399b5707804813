# expects: An empty datagram is a message of 0 characters
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        if message:
            sock.sendto(f"{len(message.decode())} characters".encode(), sender)
