"""A client's connection under TLS: a socket's face, as far as the client uses it, over the socket that really sends.

What a trace sees at that socket is ciphertext. One thread may receive while another sends, as with a socket.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time

from chatlab.room.addresses import shown
from chatlab.room.errors import NobodyAnswers
from chatlab.tcp.sockets import RECEIVE_BYTES
from chatlab.tcp.tls.distrust import in_a_sentence
from chatlab.tcp.tls.stream import TlsStream


class TlsSocket:
    """`sock`, over which `stream` has agreed."""

    def __init__(self, sock: socket.socket, stream: TlsStream) -> None:
        self._socket = sock
        self._stream = stream
        self._sealed = b""  # what is not sent yet of what `send` was given
        self._sending = threading.Lock()  # records must not mix

    def settimeout(self, seconds: float | None) -> None:
        self._socket.settimeout(seconds)

    def recv(self, size: int) -> bytes:
        """What the next `size` bytes, or more of them, say; b'' is the end. Raises OSError: ssl.SSLError is one, too.

        An end of the stream in which TLS has not said so (close_notify) is a loss: somebody may have cut it.
        """
        while not self._stream.has_ended:
            if self._stream.failure:
                raise self._stream.failure
            data = self._socket.recv(size)
            if not data:
                raise ConnectionResetError("the stream has ended, and TLS has not")
            if said := self._stream.receive(data):
                return said
        return b""

    def send(self, data: bytes) -> int:
        """Send all of `data`. Raises OSError. After a TimeoutError, it is to be called again with the same."""
        with self._sending:
            self._sealed = self._sealed or self._stream.seal(data)
            self._flush()
            return len(data)

    def shutdown(self, how: int) -> None:
        """Say no more, in TLS's words and in TCP's; in TCP's alone in the midst of a `send`. Raises OSError."""
        try:
            if how != socket.SHUT_RD and self._sending.acquire(blocking=False):
                try:
                    if not self._sealed:
                        self._sealed = self._stream.seal(last=True)
                        self._flush()
                finally:
                    self._sending.release()
        finally:
            self._socket.shutdown(how)

    def close(self) -> None:
        self._socket.close()

    def _flush(self) -> None:
        while self._sealed:
            self._sealed = self._sealed[self._socket.send(self._sealed) :]


def secure(sock: socket.socket, context: ssl.SSLContext, address: tuple[str, int], patience: float) -> TlsSocket:
    """`sock`, connected to the (host, port) `address`, under TLS: the certificate has to be good, and for that host.

    Raises NotTrusted or NobodyAnswers, after `patience` seconds at most, with one line to show; `sock` is then closed.
    """
    host, where = address[0], shown(address)
    with contextlib.ExitStack() as stack:
        stack.callback(sock.close)
        stream = TlsStream(context, host)
        try:
            _agree(sock, stream, time.monotonic() + patience)
        except TimeoutError as error:
            raise NobodyAnswers(f"nobody answers in TLS at {where}: is that a room with --tls?") from error
        except OSError as error:
            raise NobodyAnswers(f"{where} has ended the connection at once: is that a room with --tls?") from error
        if stream.failure:
            raise in_a_sentence(stream.failure, where, host) from stream.failure
        stack.pop_all()
    return TlsSocket(sock, stream)


def _agree(sock: socket.socket, stream: TlsStream, give_up_at: float) -> None:
    """Until `stream` has agreed, or failed. Raises OSError."""
    while not (stream.is_agreed or stream.failure):
        sock.settimeout(max(give_up_at - time.monotonic(), 0.001))
        sock.sendall(stream.seal())
        if not (data := sock.recv(RECEIVE_BYTES)):
            raise ConnectionResetError
        stream.receive(data)
    with contextlib.suppress(OSError):  # of the last word, or an alert; who reads next learns that the other has gone
        sock.sendall(stream.seal())
