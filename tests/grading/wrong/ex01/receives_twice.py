# expects: one receive for one message
def send_receipts(sock, count):
    for _ in range(count):
        message = sock.recv(65_507)
        _, sender = sock.recvfrom(65_507)
        sock.sendto(f"{len(message.decode())} characters".encode(), sender)
