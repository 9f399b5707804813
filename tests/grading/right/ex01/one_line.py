def send_receipts(s, n):
    [s.sendto(b"%d characters" % len(str(m[0], "utf-8")), m[1]) for m in (s.recvfrom(65507) for _ in range(n))]
