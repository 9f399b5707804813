import selectors
import socket
import threading
from queue import Queue


class Receiver:
    """A second socket, whose only use is to wake the thread out of its selector."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()
        self._wake = None

    def start(self) -> None:
        sleeper, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._run, args=(sleeper,))
        self._thread.start()

    def _run(self, sleeper: socket.socket) -> None:
        with sleeper, selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            selector.register(sleeper, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if sleeper in ready:
                    return
                try:
                    message, _, _, _ = self.sock.recvmsg(1 << 16) if hasattr(socket.socket, "recvmsg") else (
                        self.sock.recv(1 << 16), None, None, None
                    )
                except ConnectionResetError:
                    continue
                self.messages.put(message)

    def stop(self) -> None:
        if self._wake is None:
            return
        wake, self._wake = self._wake, None
        wake.close()
        self._thread.join()
