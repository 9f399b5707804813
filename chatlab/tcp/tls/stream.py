"""One end of a TLS connection without its socket: ciphertext comes in, plaintext out, and the other way round.

    state     what comes                       then
    agreeing  a byte that no TLS begins with   `failure`, for NOT_TLS
    agreeing  more than MAX_HANDSHAKE bytes    `failure`
    agreeing  the whole handshake              `is_agreed`; what was to be said before is sealed now
    agreed    application data                 is returned
    agreed    close_notify                     `has_ended`: the other side says no more; this one still may
    any       what TLS does not allow          `failure`; an alert is to be sent

After its end or a failure nothing is heard. OpenSSL does the work, between two buffers (`ssl.MemoryBIO`): no socket,
no clock. Under the threads model one thread hears while another seals, and OpenSSL allows one at a time: so a lock.
"""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress

# The content types of the records by which the two sides of a TLS connection begin: see RFC 8446, section 5.1.
ALERT, HANDSHAKE = 0x15, 0x16
# Bytes that may come before the two have agreed. With a chain of certificates that is some thousands.
MAX_HANDSHAKE = 65_536
# Bytes that are decrypted at once: those of one record, at most (RFC 8446, section 5.1).
RECORD = 16_384
# Two `reason`s of a failure that OpenSSL does not know.
NOT_TLS, TOO_LONG = "NOT_TLS", "TOO_LONG_HANDSHAKE"


class TlsStream:
    """A server's end, or with `server_hostname`, the name that the certificate has to be for, a client's.

    A client's has its first words to send from the start.
    """

    def __init__(self, context: ssl.SSLContext, server_hostname: str | None = None) -> None:
        self.is_agreed = False
        self.has_ended = False
        self.failure: ssl.SSLError | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        is_server = server_hostname is None
        self._tls = context.wrap_bio(self._incoming, self._outgoing, is_server, server_hostname)
        self._received = 0  # bytes, before the two have agreed
        self._unsealed = b""
        self._lock = threading.Lock()
        if not is_server:
            self._agree()

    @property
    def has_words(self) -> bool:
        """Whether TLS itself has something to say: `seal` returns it."""
        return self._outgoing.pending > 0

    def receive(self, data: bytes) -> bytes:
        """What the other side says by `data`, as far as it is whole."""
        with self._lock:
            if self.failure or self.has_ended or not data:
                return b""
            if not self._received and data[0] not in (ALERT, HANDSHAKE):
                self.failure = _failure(NOT_TLS)
                return b""
            self._incoming.write(data)
            if not self.is_agreed:
                self._received += len(data)
                self._agree()
            return self._read() if self.is_agreed else b""

    def seal(self, data: bytes = b"", *, last: bool = False) -> bytes:
        """What is to be sent to say `data`, behind what TLS itself has to say. `last`: this end says no more.

        Before the two have agreed, `data` waits; the last words don't. They are b'' too where TLS has failed.
        """
        with self._lock:
            if self.is_agreed and not self.failure:
                self._write(data)
                if last:
                    with suppress(ssl.SSLError):  # it waits for the end of the other side, which may come or not
                        self._tls.unwrap()
            elif not last:
                self._unsealed += data
            return self._outgoing.read()

    def _agree(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            if self._received > MAX_HANDSHAKE:
                self.failure = _failure(TOO_LONG)
        except ssl.SSLError as failure:
            self.failure = failure
        else:
            self.is_agreed = True
            self._write(self._unsealed)
            self._unsealed = b""

    def _read(self) -> bytes:
        pieces = []
        try:
            while piece := self._tls.read(RECORD):
                pieces.append(piece)
            self.has_ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # in place of b'', where this end has ended too
            self.has_ended = True
        except ssl.SSLError as failure:
            self.failure = failure
        return b"".join(pieces)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[self._tls.write(data) :]


def _failure(reason: str) -> ssl.SSLError:
    failure = ssl.SSLError(reason)
    failure.reason = reason
    return failure
