# expects: A receipt is missing: `count` messages are to be received
def send_receipts(sock, count):
    message, sender = sock.recvfrom(65_507)
    sock.sendto(f"{len(message.decode())} characters".encode(), sender)
