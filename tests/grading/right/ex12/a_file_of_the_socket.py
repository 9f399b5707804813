import socket
import threading

ENDED = "ended"
RESET = "reset"


class Connection:
    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.file = sock.makefile("rb", buffering=0)
        self.callbacks = on_data, on_end
        self.mine = False
        self.gone = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._read)

    def start(self):
        self.thread.start()

    def _read(self):
        on_data, on_end = self.callbacks
        reason = ENDED
        try:
            for data in iter(lambda: self.file.read(512), b""):
                if self.mine:
                    return
                on_data(data)
                if self.mine:
                    return
        except (OSError, ValueError):
            reason = RESET
        finally:
            self.gone.set()
        if not self.mine:
            on_end(reason)

    def leave(self, patience=0.5):
        if self.thread.ident is not None and not self.mine:
            try:
                self.sock.shutdown(socket.SHUT_WR)
                self.gone.wait(patience)
            except OSError:
                pass
            if self.gone.is_set():
                self.thread.join()
        self.close()

    def close(self):
        with self.lock:
            first, self.mine = not self.mine, True
        if first:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.thread.ident is not None and self.thread.ident != threading.get_ident():
            self.thread.join()
        self.file.close()
        self.sock.close()
