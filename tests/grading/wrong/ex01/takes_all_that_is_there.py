# expects: they went to the wrong one
def send_receipts(sock, count):
    received = [sock.recvfrom(65_507) for _ in range(count)]
    for message, _ in received:
        sock.sendto(f"{len(message.decode())} characters".encode(), received[0][1])
