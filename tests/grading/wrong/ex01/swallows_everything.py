# expects: Each message is to be received once, and `count` says how many
def send_receipts(sock, count):
    while True:
        try:
            m, a = sock.recvfrom(65507)
            sock.sendto(f"{len(m.decode())} characters".encode(), a)
        except:
            break
