# expects: send_receipts is `async def`
async def send_receipts(sock, count):
    for _ in range(count):
        m, a = sock.recvfrom(65507)
        sock.sendto(f"{len(m.decode())} characters".encode(), a)
