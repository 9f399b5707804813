"""Peers of the UDP room: one datagram is one message."""

from __future__ import annotations

import contextlib
import re
import socket

from chatlab.conformance.peer import Peer, Unexpected, abridged
from chatlab.conformance.scene import Scene

_OF_SOMEBODY = re.compile(r"([^\s:]+)(?:: .*| joined!| left!)", re.DOTALL)
_REFUSED = b"REFUSED_TAG:"
# Long enough to see whatever a server sends.
_MAX_DATAGRAM = 65_535


class UdpPeer(Peer):
    """A socket of its own, connected to the server: it hears nobody else."""

    def __init__(self, scene: UdpScene, label: str, nickname: str) -> None:
        super().__init__(scene, label, nickname)
        host, *_ = scene.address
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(scene.address)

    def signs_out(self) -> None:
        self.sends("SIGNOUT_TAG:")

    def is_refused(self) -> None:
        """The next that comes is a refusal. Raises Unexpected."""
        if not (heard := self.next("a REFUSED_TAG:")).startswith(_REFUSED):
            raise Unexpected(f"{self.label} had to hear a REFUSED_TAG:, and heard {abridged(heard)}")

    def vanishes(self) -> None:
        """Close the socket without a word."""
        self.scene.transcript.append(f"{self.label} closed its port")
        self.socket.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the server is gone, or this peer has vanished
            self.socket.send(b"SIGNOUT_TAG:")
        self.socket.close()

    def _ask_for(self, nickname: str) -> None:
        self.sends(f"SIGNUP_TAG:{nickname}")

    def _send(self, data: bytes) -> None:
        self.socket.send(data)

    def _receive(self, patience: float) -> bytes:
        self.socket.settimeout(patience)
        return self.socket.recv(_MAX_DATAGRAM)


class UdpScene(Scene[UdpPeer]):
    """Peers of the UDP room at `address`."""

    def is_let_in(self, peer: UdpPeer) -> None:
        self.members.append(peer)
        self.everyone_hears(f"{peer} joined!")

    def everyone_hears(self, message: str) -> None:
        """Each member hears `message` next."""
        for member in self.members:
            member.hears(message)

    def is_let_in_after_all(self, peer: UdpPeer) -> list[bytes]:
        """`peer` signs up, is let in, and everybody hears so next. Returns what it has heard before that.

        Raises Unexpected if that was anything but refusals: a stranger hears nothing else.
        """
        peer.signs_up()
        answers = peer.hears_in_the_end(f"{peer} joined!")
        self.everyone_hears(f"{peer} joined!")
        self.members.append(peer)
        for answer in answers:
            if not answer.startswith(_REFUSED):
                raise Unexpected(
                    f"{peer.label}, a stranger, could only hear a REFUSED_TAG:, and heard {abridged(answer)}"
                )
        return answers

    def is_stale(self, message: bytes) -> bool:
        """An empty datagram of the room says nothing either: it finds out whether somebody is still there."""
        return not message or super().is_stale(message)

    def _make(self, label: str, nickname: str) -> UdpPeer:
        return UdpPeer(self, label, nickname)

    def _nickname_in(self, message: str) -> str | None:
        match = _OF_SOMEBODY.fullmatch(message)
        return match[1] if match else None
