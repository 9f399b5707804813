# expects: It ended before it answered
left = None
def send_receipts(sock, count):
    global left
    if left is None:
        left = count
    while left > 0:
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
        left -= 1
