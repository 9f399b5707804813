# expects: The words are right, and there is white space before or after them that
def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters\n".encode(), a)
