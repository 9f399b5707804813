import select
from queue import SimpleQueue
from threading import Lock, Thread


class Receiver:
    """A short select, then a receive that never waits."""

    def __init__(self, sock):
        self.sock = sock
        self.messages = SimpleQueue()
        self._lock = Lock()
        self._wanted = False
        self._thread = Thread(target=self._work, daemon=True)

    def start(self):
        self.sock.setblocking(False)
        self._wanted = True
        self._thread.start()

    def stop(self):
        with self._lock:
            if not self._wanted:
                return
            self._wanted = False
            self._thread.join(timeout=5)

    def _work(self):
        while self._wanted:
            readable, _, _ = select.select([self.sock], [], [], 0.1)
            if not readable:
                continue
            try:
                self.messages.put(self.sock.recv(65_507))
            except (BlockingIOError, ConnectionResetError):
                pass
