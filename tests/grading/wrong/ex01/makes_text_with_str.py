# expects: message.decode() is the text
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(str(message))} characters".encode(), sender)
