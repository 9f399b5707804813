from select import select
from socket import SHUT_WR
from threading import Thread, current_thread

ENDED = "ended"
RESET = "reset"


def ready(sock):
    return bool(select([sock], [], [], 0.2)[0])


def serve(sock, box, on_data, on_end):
    while not box["closed"]:
        if not ready(sock):
            continue
        try:
            data = sock.recv(4096)
        except ConnectionResetError:
            data = None
        if box["closed"]:
            return
        if data:
            on_data(data)
        else:
            on_end(RESET if data is None else ENDED)
            return


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.box = {"closed": False}
        self.sock = sock
        self.thread = Thread(target=serve, args=(sock, self.box, on_data, on_end))
        self.started = False

    def start(self):
        self.started = True
        self.thread.start()

    def leave(self, patience=0.5):
        if self.box["closed"]:
            return
        try:
            self.sock.shutdown(SHUT_WR)
        except OSError:
            pass
        if self.started:
            self.thread.join(patience)
        self.close()

    def close(self):
        self.box["closed"] = True
        if self.started and self.thread is not current_thread():
            self.thread.join()
            self.sock.close()
        elif self.started:
            self.thread = Thread(target=self._close_behind, args=(self.thread,))
            self.thread.start()
        else:
            self.sock.close()

    def _close_behind(self, thread):
        thread.join()
        self.sock.close()
