# expects: return hands something to who called send_receipts
def send_receipts(sock, count):
    message, sender = sock.recvfrom(65_507)
    return f"{len(message.decode())} characters"
