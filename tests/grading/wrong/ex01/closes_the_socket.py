# expects: Who opened it closes it
def send_receipts(sock, count):
    with sock:
        for _ in range(count):
            message, sender = sock.recvfrom(65_507)
            sock.sendto(f"{len(message.decode())} characters".encode(), sender)
