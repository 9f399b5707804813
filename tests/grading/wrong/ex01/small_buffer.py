# expects: A buffer of 1024 bytes is too small
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(1024)
        sock.sendto(f"{len(message.decode())} characters".encode(), sender)
