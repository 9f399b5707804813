# expects: on_end was not called
import socket
import threading

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.on_data = on_data
        self.on_end = on_end
        self.closed = False
        self.thread = threading.Thread(target=self.receive)

    def start(self):
        self.thread.start()

    def receive(self):
        end = ENDED
        while not self.closed:
            try:
                data = self.sock.recv(4096)
            except OSError:
                if not self.closed:
                    raise
                break
            if not data:
                break
            if not self.closed:
                self.on_data(data)
        if not self.closed:
            self.on_end(end)

    def leave(self, patience=0.5):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if self.thread.is_alive():
            self.thread.join(patience)
        self.close()

    def close(self):
        self.closed = True
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        if self.thread.is_alive() and self.thread is not threading.current_thread():
            self.thread.join()
