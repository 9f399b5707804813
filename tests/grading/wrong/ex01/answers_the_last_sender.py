# expects: they went to the wrong one
def send_receipts(sock, count):
    receipts = []
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        receipts.append(f"{len(message.decode())} characters")
    for receipt in receipts:
        sock.sendto(receipt.encode(), sender)
