import socket
import threading
from queue import Queue


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.state = "new"
        self.changed = threading.Condition()

    def start(self):
        with self.changed:
            self.state = "running"
        threading.Thread(target=self.work, name="receiver").start()

    def work(self):
        while True:
            try:
                datagram, _ = self.sock.recvfrom(65535)
            except ConnectionResetError:
                continue
            with self.changed:
                if self.state == "stopping":
                    break
            self.messages.put(datagram)
        self.me = threading.current_thread()
        with self.changed:
            self.state = "ended"
            self.changed.notify_all()

    def stop(self):
        with self.changed:
            if self.state != "running":
                return
            self.state = "stopping"
            host, port = self.sock.getsockname()[:2]
            self.sock.sendto(b"", (host, port))
            self.changed.wait_for(lambda: self.state == "ended")
        self.me.join()
