"""The socket never blocks: it is looked into fifty times a second, all that is there is taken at once."""

import socket
import threading
import time
from queue import Queue

from chatlab.udp.chat import UdpChat


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Queue()
        self.quitting = threading.Event()
        self.a = self.b = None

    def start(self):
        self.sock.setblocking(False)
        self.a = threading.Thread(target=self.loop_a)
        self.b = threading.Thread(target=self.loop_b)
        self.a.start(), self.b.start()

    def all_there_is(self):
        for _ in range(1000):
            try:
                yield self.sock.recvfrom(65536)
            except ConnectionResetError:
                pass
            except BlockingIOError:
                return

    def loop_a(self):
        while not self.quitting.wait(0.02):
            for arrival in self.all_there_is():
                self.arrivals.put(arrival)
        self.arrivals.put((None, None))

    def loop_b(self):
        while True:
            datagram, address = self.arrivals.get()
            if datagram is None:
                break
            self.send(self.chat.receive(datagram, address, time.monotonic()))
        self.send(self.chat.close())

    def send(self, what):
        for datagram, addresses in what:
            for address in addresses:
                try:
                    self.sock.sendto(datagram, address)
                except BlockingIOError:
                    time.sleep(0.01)
                    try:
                        self.sock.sendto(datagram, address)
                    except OSError:
                        pass
                except OSError:
                    pass

    def stop(self):
        self.quitting.set()
        if self.a:
            self.a.join()
            self.b.join()
            self.a = self.b = None
