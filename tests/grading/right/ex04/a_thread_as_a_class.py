import queue
import socket
import threading


class Empfaenger(threading.Thread):
    """Der Faden selbst (comments in German)."""

    def __init__(self, sock, schlange):
        super().__init__(name="empfaenger", daemon=True)
        self.sock, self.schlange, self.ende = sock, schlange, threading.Event()

    def run(self):
        puffer = bytearray(65_507)
        while True:
            try:
                laenge, _ = self.sock.recvfrom_into(puffer)
            except ConnectionResetError:
                continue
            if self.ende.is_set():
                return
            self.schlange.put(bytes(puffer[:laenge]))

    def beende(self):
        self.ende.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wecker:
            wecker.sendto(b"auf!", self.sock.getsockname())
        self.join()


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = queue.Queue()
        self.faden = Empfaenger(sock, self.messages)

    def start(self):
        self.faden.start()

    def stop(self):
        if self.faden.is_alive():
            self.faden.beende()
