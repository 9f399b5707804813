from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self._pool = None
        self._over = False

    def _datagrams(self):
        while not self._over:
            with suppress(TimeoutError, ConnectionResetError):
                datagram = self.sock.recv(65_507)
                yield datagram

    def _all(self):
        for datagram in self._datagrams():
            self.messages.put(datagram)

    def start(self):
        self.sock.settimeout(0.25)
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._future = self._pool.submit(self._all)

    def stop(self):
        if pool := self._pool:
            self._over = True
            pool.shutdown(wait=True)
            self._pool = None
