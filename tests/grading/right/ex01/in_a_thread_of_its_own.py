import threading


class Beantworter(threading.Thread):
    """Ein Faden, der antwortet (comments in another language)."""

    def __init__(self, sock, anzahl):
        super().__init__(name="Beantworter")
        self.sock = sock
        self.anzahl = anzahl

    def run(self):
        for _ in range(self.anzahl):
            nachricht, absender = self.sock.recvfrom(65_507)
            zeichen = sum(1 for byte in nachricht if byte & 0b1100_0000 != 0b1000_0000)  # ohne Folgebytes
            self.sock.sendto(f"{zeichen} characters".encode("ascii"), absender)


def send_receipts(sock, count):
    beantworter = Beantworter(sock, count)
    beantworter.start()
    beantworter.join()
