# expects: a value of another kind (text, bytes, number)
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode())} characters", sender)
