"""asyncio for its loop alone: add_reader, add_writer, and sockets of one's own."""

import asyncio
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.loop = None
        self.outboxes = {}

    def start(self):
        self.listener.setblocking(False)
        self.loop = asyncio.SelectorEventLoop()
        self.loop.add_reader(self.listener, self.on_client)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def close(self):
        if self.loop and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.end)
            self.thread.join()
            self.loop.close()
        self.listener.close()

    def end(self):
        self.loop.remove_reader(self.listener)
        self.send(self.chat.close())
        for client in tuple(self.outboxes):
            self.part(client)
        self.loop.stop()

    def on_client(self):
        try:
            client, address = self.listener.accept()
        except OSError:
            return
        client.setblocking(False)
        self.outboxes[client] = []
        self.loop.add_reader(client, self.on_data, client)
        self.send(self.chat.connect(client, address, time.monotonic()))

    def on_data(self, client):
        if client not in self.outboxes:
            return
        try:
            data = client.recv(2048)
        except BlockingIOError:
            return
        except OSError:
            self.on_loss(client)
        else:
            self.send(self.chat.receive(client, data, time.monotonic()))

    def on_loss(self, client):
        self.part(client)
        self.send(self.chat.leave(client, Reason.LOST))

    def send(self, deliveries):
        for delivery in deliveries:
            for client in delivery.recipients:
                if client in self.outboxes and delivery.lines:
                    self.outboxes[client].append(delivery.lines)
                    self.on_room(client)
                if delivery.last:
                    self.part(client)

    def on_room(self, client):
        waiting = b"".join(self.outboxes.get(client, []))
        while waiting:
            try:
                waiting = waiting[client.send(waiting) :]
            except BlockingIOError:
                break
            except OSError:
                return self.on_loss(client)
        if client not in self.outboxes:
            return None
        self.outboxes[client] = [waiting] if waiting else []
        if len(waiting) > self.chat.limits.max_outbox:
            self.send(self.chat.leave(client, Reason.SLOW))
        elif waiting:
            self.loop.add_writer(client, self.on_room, client)
        else:
            self.loop.remove_writer(client)
        return None

    def part(self, client):
        if self.outboxes.pop(client, None) is not None:
            self.loop.remove_reader(client)
            self.loop.remove_writer(client)
            client.close()
