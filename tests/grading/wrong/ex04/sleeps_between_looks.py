# expects: The thread is in this line: time.sleep(1.5)
import socket
import threading
import time
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self._thread = None
        self._running = False

    def start(self):
        self._before = self.sock.gettimeout()
        self.sock.setblocking(False)
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while self._running:
            try:
                self.messages.put(self.sock.recv(65535))
            except (BlockingIOError, ConnectionResetError):
                time.sleep(1.5)

    def stop(self):
        if self._running:
            self._running = False
            self._thread.join()
            self.sock.settimeout(self._before)
