# expects: Nobody may wait until there is room again
import threading
import time
from selectors import EVENT_READ, DefaultSelector

from chatlab.tcp.chat import TcpChat


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.stops = False
        self.thread = None

    def start(self):
        self.selector = DefaultSelector()
        self.selector.register(self.listener, EVENT_READ)
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        while not self.stops:
            self.turn()
        self.deliver(self.chat.close())

    def turn(self):
        for key, _ in self.selector.select(timeout=0.2):
            if key.fileobj is self.listener:
                client, address = self.listener.accept()
                self.selector.register(client, EVENT_READ)
                self.deliver(self.chat.connect(client, address, time.monotonic()))
            else:
                data = key.fileobj.recv(4096)
                self.deliver(self.chat.receive(key.fileobj, data, time.monotonic()))

    def deliver(self, deliveries):
        for delivery in deliveries:
            for client in delivery.recipients:
                client.sendall(delivery.lines)
                if delivery.last:
                    self.selector.unregister(client)
                    client.close()

    def close(self):
        self.stops = True
        if self.thread:
            self.thread.join()
        self.listener.close()
