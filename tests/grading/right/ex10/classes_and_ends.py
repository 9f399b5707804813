import socket
import time

from chatlab.room.errors import Refusal

MOST = 1024
TRIES = 10


class End(Exception):
    words = ""


class Gone(End):
    pass


class TooLong(End):
    words = "ERROR a line has at most 1024 bytes"


class TooSlow(End):
    words = "ERROR that took too long"


class TooOften(End):
    words = "ERROR that was one try too many"


class Stranger:
    def __init__(self, sock, seconds):
        self.sock = sock
        self.end = time.monotonic() + seconds
        self.unread = bytearray()

    def hear(self):
        while (at := self.unread.find(b"\n")) < 0:
            if len(self.unread) >= MOST:
                raise TooLong
            self.receive()
        if at >= MOST:
            raise TooLong
        line = bytes(self.unread[:at])
        del self.unread[: at + 1]
        return (line[:-1] if line[-1:] == b"\r" else line).decode("utf-8", "replace")

    def receive(self):
        left = self.end - time.monotonic()
        if left <= 0:
            raise TooSlow
        self.sock.settimeout(left)
        try:
            piece = self.sock.recv(8192)
        except TimeoutError:
            raise TooSlow from None
        except OSError:
            raise Gone from None
        if len(piece) == 0:
            raise Gone
        self.unread.extend(piece)

    def tell(self, words):
        try:
            self.sock.settimeout(None)
            self.sock.sendall(words.encode() + b"\n")
        except OSError:
            raise Gone from None


def shake_hands(sock, join, seconds):
    stranger = Stranger(sock, seconds)
    try:
        try:
            return ask(stranger, join)
        except End as end:
            if end.words:
                stranger.tell(end.words)
    except Gone:
        pass
    finally:
        sock.settimeout(None)


def ask(stranger, join):
    stranger.tell("NICK")
    refused = 0
    while True:
        try:
            return join(stranger.hear()), bytes(stranger.unread)
        except Refusal as reason:
            refused += 1
            if refused == TRIES:
                raise TooOften from None
            stranger.tell("NICK " + str(reason))
