# expects: `count` says how many messages to take
def send_receipts(sock, count):
    sock.settimeout(0)
    try:
        while True:
            message, sender = sock.recvfrom(65_507)
            sock.sendto(f"{len(message.decode())} characters".encode(), sender)
    except BlockingIOError:
        pass
