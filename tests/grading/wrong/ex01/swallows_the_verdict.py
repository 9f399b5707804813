# expects: A socket sends bytes and nothing else
def send_receipts(sock, count):
    for _ in range(count):
        try:
            m, a = sock.recvfrom(65507)
            sock.sendto(f"{len(m.decode())} characters", a)
        except Exception:
            pass
