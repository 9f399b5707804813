# expects: nothing more is handed over
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
        while True:
            try:
                data = self.sock.recv(4096)
            except OSError:
                end = RESET
                break
            if not data:
                break
            self.on_data(data)
        if self.closed:
            self.sock.close()
        else:
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
        if self.thread is not threading.current_thread():
            self.sock.close()
            if self.thread.is_alive():
                self.thread.join()
