"""Two threads a client: one reads, one writes what is in the client's own queue. Nobody sends under the lock."""

import queue
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason

END = object()


class Client:
    def __init__(self, room, sock, address):
        self.room = room
        self.sock = sock
        self.address = address
        self.letters = queue.SimpleQueue()
        self.reader = threading.Thread(target=self.read)
        self.writer = threading.Thread(target=self.write)

    def read(self):
        file = self.sock.makefile("rb", buffering=0)
        while True:
            try:
                data = file.read(4096)
            except OSError:
                self.room.tell(lambda chat: chat.leave(self, Reason.LOST))
                break
            self.room.tell(lambda chat, data=data: chat.receive(self, data, time.monotonic()))
            if not data:
                break
        self.letters.put(END)
        self.writer.join()
        file.close()
        self.sock.close()

    def write(self):
        is_lost = False
        while (letter := self.letters.get()) is not END:
            if is_lost:
                continue
            try:
                self.sock.sendall(letter)
            except OSError:
                is_lost = True
                self.room.tell(lambda chat: chat.leave(self, Reason.LOST))
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.lock = threading.Condition()
        self.clients = []
        self.door = threading.Thread(target=self.watch_the_door)
        self.is_open = None

    def start(self):
        self.is_open = True
        self.door.start()

    def close(self):
        if self.is_open:
            self.is_open = False
            socket.create_connection(self.listener.getsockname()).close()
            self.door.join()
            self.tell(lambda chat: chat.close())
            for client in self.clients:
                client.reader.join()
        self.listener.close()

    def watch_the_door(self):
        while self.is_open:
            try:
                sock, address = self.listener.accept()
            except OSError:
                time.sleep(0.03)
                continue
            client = Client(self, sock, address)
            self.clients.append(client)
            if not self.is_open:
                client.letters.put(END)
            else:
                self.tell(lambda chat, client=client: chat.connect(client, client.address, time.monotonic()))
            client.writer.start()
            client.reader.start()

    def tell(self, ask):
        with self.lock:
            for delivery in ask(self.chat):
                for client in delivery.recipients:
                    client.letters.put(delivery.lines)
                    if delivery.last:
                        client.letters.put(END)
