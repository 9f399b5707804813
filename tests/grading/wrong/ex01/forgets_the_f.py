# expects: Braces are filled in f-strings only
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto("{len(m.decode())} characters".encode(), a)
