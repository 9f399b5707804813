import secrets
import threading
from queue import Queue


class Receiver:
    """A datagram from the own address that holds a word which nobody can guess ends it."""

    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.word = secrets.token_bytes(32)
        self.lock = threading.Lock()
        self.thread = None

    def start(self):
        with self.lock:
            self.thread = threading.Thread(target=self.receive_until_told, daemon=True)
            self.thread.start()

    def receive_until_told(self):
        me = self.sock.getsockname()
        while True:
            try:
                match self.sock.recvfrom(65_507):
                    case [word, sender] if word == self.word and sender == me:
                        return
                    case [datagram, _]:
                        self.messages.put(datagram)
            except ConnectionResetError as error:
                print("ignored:", error)

    def stop(self):
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                return
            self.sock.sendto(self.word, 0, self.sock.getsockname())
            self.thread.join()
            self.thread = None
