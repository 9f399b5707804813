"""Each client is a thread as a class, which wakes up now and then to look at a flag; so does the one that accepts."""

from __future__ import annotations

import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason

TICK = 0.1


class Stoppable(threading.Thread):
    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.stopping = False

    def stop(self) -> None:
        self.stopping = True


class Client(Stoppable):
    def __init__(self, server: Server, sock: socket.socket, address) -> None:
        super().__init__(server)
        sock.settimeout(TICK)
        self.sock = sock
        self.address = address

    def run(self) -> None:
        self.server.ask("connect", self, self.address, time.monotonic())
        while not self.stopping:
            try:
                data = self.sock.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                self.server.ask("leave", self, Reason.LOST)
                break
            self.server.ask("receive", self, data, time.monotonic())
            if data == b"":
                break
        self.sock.close()
        with self.server.lock:
            self.server.clients.discard(self)

    def tell(self, lines: bytes) -> None:
        self.sock.sendall(lines)


class Acceptor(Stoppable):
    def run(self) -> None:
        self.server.listener.settimeout(TICK)
        while not self.stopping:
            try:
                sock, address = self.server.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                time.sleep(TICK)
                continue
            client = Client(self.server, sock, address)
            with self.server.lock:
                self.server.clients.add(client)
            client.start()


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[Client] = TcpChat(log=lambda line: None)
        self.lock = threading.Lock()
        self.clients: set[Client] = set()
        self.acceptor: Acceptor | None = None

    def start(self) -> None:
        self.acceptor = Acceptor(self)
        self.acceptor.start()

    def close(self) -> None:
        if self.acceptor:
            self.acceptor.stop()
            self.acceptor.join()
            self.acceptor = None
            self.ask("close")
            with self.lock:
                clients = list(self.clients)
            for client in clients:
                client.stop()
            for client in clients:
                client.join()
        self.listener.close()

    def ask(self, what: str, *arguments) -> None:
        with self.lock:
            deliveries = getattr(self.chat, what)(*arguments)
            while deliveries:
                first, *deliveries = deliveries
                for client in first.recipients:
                    try:
                        client.tell(first.lines)
                    except OSError:
                        deliveries = [*self.chat.leave(client, Reason.LOST), *deliveries]
                    if first.last:
                        client.stop()
                        client.sock.close()
