"""Python's own server with a thread a client."""

import socket
import socketserver
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        room = self.server.room
        room.step("connect", self.request, self.client_address, time.monotonic())
        try:
            while data := self.request.recv(512):
                room.step("receive", self.request, data, time.monotonic())
        except OSError:
            room.step("leave", self.request, Reason.LOST)
        else:
            room.step("receive", self.request, b"", time.monotonic())


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = False
    block_on_close = True

    def get_request(self):
        try:
            return super().get_request()
        except OSError:
            time.sleep(0.05)
            raise


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.mutex = threading.RLock()
        self.library = None

    def start(self):
        self.library = Threads(self.listener.getsockname(), Handler, bind_and_activate=False)
        self.library.socket.close()
        self.library.socket = self.listener
        self.library.room = self
        self.thread = threading.Thread(target=self.library.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        library, self.library = self.library, None
        if library:
            library.shutdown()
            self.thread.join()
            self.step("close")
            library.server_close()
        self.listener.close()

    def step(self, question, *arguments):
        with self.mutex:
            for delivery in getattr(self.chat, question)(*arguments):
                for recipient in delivery.recipients:
                    try:
                        recipient.sendall(delivery.lines)
                    except OSError:
                        self.step("leave", recipient, Reason.LOST)
                    if delivery.last:
                        try:
                            recipient.shutdown(socket.SHUT_RDWR)
                        except OSError:
                            pass
