"""Peers of the UDP room: one datagram is one message."""

from __future__ import annotations

import contextlib
import socket

from chatlab.conformance.peer import Peer, abridged, as_bytes
from chatlab.conformance.play import Play, Unexpected
from chatlab.room.addresses import Address
from chatlab.room.events import RoomEvent
from chatlab.udp.protocol import REFUSED, SIGN_UP, build_sign_out, parse_answer

# Long enough to see whatever a server sends.
_MAX_DATAGRAM = 65_535


class UdpPeer(Peer):
    """A socket of its own, connected to the server: it hears nobody else."""

    def __init__(self, address: Address, play: Play, label: str, nickname: str) -> None:
        super().__init__(play, label, nickname)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise

    def says(self, *texts: str | bytes) -> None:
        for text in texts:
            self.sends(text)

    def leaves(self) -> None:
        self.sends(build_sign_out())

    def is_refused(self) -> None:
        """The next message is a refusal. Raises Unexpected."""
        if not is_refusal(heard := self.next(f"a {REFUSED}")):
            raise Unexpected(f"{self.label} had to hear a {REFUSED}, and heard {abridged(heard)}")

    def vanishes(self) -> None:
        """Close the socket without a word."""
        self.play.note(self.label, "closed its port")
        self.socket.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the server is gone, or this peer has vanished
            self.socket.send(build_sign_out())
        self.socket.close()

    def _ask_for(self, nickname: bytes) -> None:
        self.sends(SIGN_UP.encode() + nickname)

    def _send(self, data: bytes) -> None:
        self.socket.send(data)

    def _receive(self, patience: float) -> bytes:
        self.socket.settimeout(patience)
        return self.socket.recv(_MAX_DATAGRAM)

    def _says_nothing(self, message: bytes) -> bool:
        return not message  # the room finds out whether somebody is still there

    def _event(self, message: bytes) -> RoomEvent | None:
        event = parse_answer(message)
        return event if isinstance(event, RoomEvent) else None


def is_refusal(answer: bytes) -> bool:
    return answer.startswith(as_bytes(REFUSED))
