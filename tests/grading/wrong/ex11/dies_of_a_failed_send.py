# expects: recipient.sendall(delivery.lines)
import contextlib
import socket
import threading
import time

from chatlab.tcp.chat import Delivery, TcpChat
from chatlab.tcp.limits import Reason

MOMENT = 0.1  # seconds


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._spawn("accept", self._accept)

    def close(self) -> None:
        if self._threads and not self._closing.is_set():
            self._closing.set()
            with contextlib.suppress(OSError):  # wakes the accepting thread; it then looks at the event
                socket.create_connection(self.listener.getsockname(), timeout=1).close()
            self._threads[0].join()  # from now on, nobody else comes in
            with self._lock:
                self._deliver(self.chat.close())
            for thread in self._threads:
                thread.join()
        self.listener.close()

    def _spawn(self, name: str, work, *arguments) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, name=name, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, address = self.listener.accept()
            except OSError:  # no file descriptor is left, perhaps: the client waits in the backlog
                self._closing.wait(MOMENT)
                continue
            if self._closing.is_set():
                client.close()
                return
            with self._lock:
                self._deliver(self.chat.connect(client, address, time.monotonic()))
            self._spawn(f"client-{address[1]}", self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with client:
            data = b"?"
            while data:
                try:
                    data = client.recv(4096)
                except OSError:
                    with self._lock:
                        self._deliver(self.chat.leave(client, Reason.LOST))
                    return
                with self._lock:
                    self._deliver(self.chat.receive(client, data, time.monotonic()))

    def _deliver(self, deliveries: list[Delivery[socket.socket]]) -> None:
        deliveries = list(deliveries)
        for delivery in deliveries:
            for recipient in delivery.recipients:
                recipient.sendall(delivery.lines)
                if delivery.last:
                    with contextlib.suppress(OSError):
                        recipient.shutdown(socket.SHUT_RDWR)  # wakes its thread, which closes it
