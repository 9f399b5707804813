# expects: print writes on your own screen
def send_receipts(sock, count):
    for _ in range(count):
        message, sender = sock.recvfrom(65_507)
        print(f"{len(message.decode())} characters")
