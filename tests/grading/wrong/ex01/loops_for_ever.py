# expects: `count` says how many
def send_receipts(sock, count):
    while True:
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode())} characters".encode(), sender)
