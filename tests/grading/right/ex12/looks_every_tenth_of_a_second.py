import socket
import threading
import time

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.on_data = on_data
        self.on_end = on_end
        self.stop = False
        self.finished = True
        self.thread = None

    def start(self):
        self.sock.settimeout(0.1)
        self.finished = False
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        try:
            while not self.stop:
                try:
                    data = self.sock.recv(65536)
                except TimeoutError:
                    continue
                except ConnectionResetError:
                    if not self.stop:
                        self.on_end(RESET)
                    return
                if self.stop:
                    return
                if len(data) == 0:
                    self.on_end(ENDED)
                    return
                self.on_data(data)
        finally:
            self.finished = True

    def leave(self, patience=0.5):
        if self.stop:
            return
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        until = time.monotonic() + patience
        while not self.finished and time.monotonic() < until:
            time.sleep(0.01)
        self.close()

    def close(self):
        self.stop = True
        if self.thread is not None and threading.current_thread() is not self.thread:
            self.thread.join()
        self.sock.close()
