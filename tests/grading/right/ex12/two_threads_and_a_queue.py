import queue
import socket
import threading

ENDED = "ended"
RESET = "reset"


class Connection:
    """One thread receives, the other one calls."""

    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.on_data = on_data
        self.on_end = on_end
        self.items = queue.Queue()
        self.closed = threading.Event()
        self.threads = []

    def start(self):
        self.threads = [threading.Thread(target=self.receive), threading.Thread(target=self.call)]
        for thread in self.threads:
            thread.start()

    def receive(self):
        try:
            while data := self.sock.recv(4096):
                self.items.put(data)
                if self.closed.is_set():
                    break
            self.items.put(ENDED)
        except OSError:
            self.items.put(RESET)

    def call(self):
        while True:
            item = self.items.get()
            if self.closed.is_set():
                return
            if isinstance(item, str):
                self.on_end(item)
                return
            self.on_data(item)

    def leave(self, patience=0.5):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if self.threads:
            self.threads[1].join(patience)
        self.close()

    def close(self):
        self.closed.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self.items.put(ENDED)
        for thread in self.threads:
            if thread is not threading.current_thread():
                thread.join()
