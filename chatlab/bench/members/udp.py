"""Members of a UDP room."""

from __future__ import annotations

import contextlib
import socket

from chatlab.bench.members.members import TEXT, Members


class UdpMembers(Members):
    """Members of a UDP room."""

    kind = socket.SOCK_DGRAM
    echo = True

    def say(self, speaker: int, times: int) -> None:
        for _ in range(times):
            self.sockets[speaker].send(TEXT)

    def connect(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(self.next_address)
        return sock

    def _ask(self, number: int, again: bool) -> None:
        with contextlib.suppress(ConnectionRefusedError):  # about the time before
            self.sockets[number].send(b"SIGNUP_TAG:member%d" % number)

    def _is_in(self, number: int, heard: bytes) -> bool:
        return b"member%d joined!" % number in heard
