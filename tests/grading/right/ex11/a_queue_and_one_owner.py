"""The threads of the clients only read; one other thread owns the room, and is asked through a queue."""

import queue
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.events = queue.Queue()
        self.owner = threading.Thread(target=self.own, name="owner")
        self.acceptor = threading.Thread(target=self.accept, name="accept")
        self.readers = {}
        self.started = False

    def start(self):
        self.started = True
        self.owner.start()
        self.acceptor.start()

    def close(self):
        if self.started:
            self.started = False
            self.listener.shutdown(socket.SHUT_RDWR)
            self.acceptor.join()
            self.events.put(("end", None, None))
            self.owner.join()
            for client, reader in self.readers.items():
                try:
                    client.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                reader.join()
                client.close()
        self.listener.close()

    def accept(self):
        while self.started:
            try:
                client, address = self.listener.accept()
            except OSError:
                time.sleep(0.05)
                continue
            self.events.put(("connect", client, address))
            reader = self.readers[client] = threading.Thread(target=self.read, args=(client,))
            reader.start()

    def read(self, client):
        while True:
            try:
                data = client.recv(1024)
            except OSError:
                self.events.put(("lost", client, None))
                return
            self.events.put(("data", client, data))
            if not data:
                return

    def own(self):
        while True:
            kind, client, what = self.events.get()
            if kind == "connect":
                self.send(self.chat.connect(client, what, time.monotonic()))
            elif kind == "data":
                self.send(self.chat.receive(client, what, time.monotonic()))
            elif kind == "lost":
                self.send(self.chat.leave(client, Reason.LOST))
                client.close()
            else:
                self.send(self.chat.close())
                return

    def send(self, deliveries):
        for delivery in deliveries:
            for recipient in delivery.recipients:
                try:
                    recipient.sendall(delivery.lines)
                    if delivery.last:
                        recipient.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self.events.put(("lost", recipient, None))
                if delivery.last:
                    recipient.close()
