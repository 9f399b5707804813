"""Receives into one buffer that is made once, and sends by the form of sendto that has flags."""


def send_receipts(sock, count):
    buffer = bytearray(1 << 16)
    view = memoryview(buffer)
    while count > 0:
        size, sender = sock.recvfrom_into(buffer)
        text = str(view[:size], "utf-8")
        sock.sendto(bytes(f"{len(text)} characters", "utf-8"), 0, sender)
        count -= 1
