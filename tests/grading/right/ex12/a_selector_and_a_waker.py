import selectors
import socket
import threading

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.sock, self.on_data, self.on_end = sock, on_data, on_end
        self.waker, self.woken = socket.socketpair()
        self.thread = None
        self.over = False

    def start(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            selector.register(self.woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self.woken in ready:
                    return
                try:
                    data = self.sock.recv(100)
                except ConnectionError:
                    self.on_end(RESET)
                    return
                if data == b"":
                    self.on_end(ENDED)
                    return
                self.on_data(data)
                if self.over:
                    return

    def leave(self, patience=0.5):
        if not self.over:
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                self.close()
                return
            if self.thread:
                self.thread.join(patience)
        self.close()

    def close(self):
        if self.over:
            return
        self.over = True
        self.waker.send(b"!")
        if self.thread is not None and self.thread != threading.current_thread():
            self.thread.join()
        self.waker.close()
        self.woken.close()
        self.sock.close()
