# expects: sock.sendto(data, address) says each time where to
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        sock.send(f"{len(message.decode())} characters".encode())
