# expects: Each sendto is a message of its own
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.sendto(str(len(message.decode())).encode(), sender)
        sock.sendto(b" characters", sender)
