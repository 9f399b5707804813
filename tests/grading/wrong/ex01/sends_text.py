# expects: a text becomes bytes by its method encode()
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode())} characters", sender)
