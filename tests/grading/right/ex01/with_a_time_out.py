def send_receipts(sock, count):
    old = sock.gettimeout()
    sock.settimeout(0.05)
    done = 0
    while True:
        if done >= count:
            break
        try:
            received = sock.recvfrom(100_000)
        except TimeoutError:
            continue
        match received:
            case (message, (host, port)):
                text = message.decode("utf-8", errors="replace")
                sock.sendto((str(len(text)) + " characters").encode("utf-8"), (host, port))
                done = done + 1
    sock.settimeout(old)
