import errno
import socket

NO_ROOM = (errno.EAGAIN, errno.EWOULDBLOCK)


class Outbox:
    def __init__(self, limit: int) -> None:
        self.limit, self.data, self.closed = limit, b"", False

    def put(self, line: bytes) -> bool:
        if self.closed:
            return False
        longer = self.data + line
        if len(longer) > self.limit:
            self.closed = True
            return False
        self.data = longer
        return True

    def flush(self, sock: socket.socket) -> int:
        while len(self.data) != 0:
            try:
                count = sock.send(self.data[:4096])
            except OSError as error:
                if error.errno in NO_ROOM:
                    return len(self.data)
                raise
            self.data = self.data[count:]
        return 0
