"""Peers of the TCP room: one line is one message."""

from __future__ import annotations

import re
import socket
import struct
import time

from chatlab.conformance.peer import THE_END, Peer, Unexpected, abridged
from chatlab.conformance.scene import Scene

ASK = "NICK"
WELCOME = "Connected to the server!"
_OF_SOMEBODY = re.compile(r"([^\s:]+)(?:: .*| joined the chat| left the chat!)", re.DOTALL)
# What a socket does when it is closed (SO_LINGER in socket(7)): on, for 0 seconds, that is, a reset.
_RESET = struct.pack("ii", 1, 0)


class TcpPeer(Peer):
    """A connection of its own."""

    def __init__(self, scene: TcpScene, label: str, nickname: str) -> None:
        super().__init__(scene, label, nickname)
        self.socket = socket.create_connection(scene.address[:2], scene.patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()

    def says(self, *texts: str | bytes) -> None:
        """Send `texts` as lines, in one segment if they are short."""
        self.sends(b"".join((text.encode() if isinstance(text, str) else text) + b"\n" for text in texts))

    def is_refused(self) -> None:
        """The next line is NICK and a reason. Raises Unexpected."""
        if not re.fullmatch(b"NICK \\S.*", heard := self.next("NICK <reason>"), re.DOTALL):
            raise Unexpected(f"{self.label} had to hear NICK <reason>, and heard {abridged(heard)}")

    def is_cut_off(self, patience: float | None = None) -> None:
        """The next line is ERROR and a reason, and the last one. Raises Unexpected."""
        if not re.fullmatch(b"ERROR \\S.*", heard := self.next("ERROR <reason>", patience), re.DOTALL):
            raise Unexpected(f"{self.label} had to hear ERROR <reason>, and heard {abridged(heard)}")
        self.hears(THE_END)

    def ends_its_stream(self) -> None:
        """Half-close: say no more, and go on listening."""
        self.scene.transcript.append(f"{self.label} ended its stream")
        self.socket.shutdown(socket.SHUT_WR)

    def resets(self) -> None:
        """Close the connection by a reset: what a crash or a pulled plug looks like."""
        self.scene.transcript.append(f"{self.label} reset the connection")
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()

    def receives_little(self) -> None:
        """Have the kernel buffer little of what is not read."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def close(self) -> None:
        self.socket.close()

    def _ask_for(self, nickname: str) -> None:
        self.says(nickname)

    def _send(self, data: bytes) -> None:
        self.socket.settimeout(self.scene.patience)
        self.socket.sendall(data)

    def _receive(self, patience: float) -> bytes:
        deadline = time.monotonic() + patience
        while b"\n" not in self._received:
            if (left := deadline - time.monotonic()) <= 0:
                raise TimeoutError
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65_536)
            except ConnectionError:
                return THE_END + b" by a reset"
            if not data:
                return THE_END
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return bytes(line)


class TcpScene(Scene[TcpPeer]):
    """Peers of the TCP room at `address`."""

    def stranger(self, stem: str) -> TcpPeer:
        """One who has been asked for a nickname."""
        peer = super().stranger(stem)
        peer.hears(ASK)
        return peer

    def is_let_in(self, peer: TcpPeer) -> None:
        peer.hears(WELCOME)
        self.others_hear(peer, f"{peer} joined the chat")
        self.members.append(peer)

    def others_hear(self, speaker: TcpPeer, message: str) -> None:
        """Each member but `speaker` hears `message` next."""
        for member in self.members:
            if member is not speaker:
                member.hears(message)

    def has_left(self, peer: TcpPeer) -> None:
        """`peer` is out; the other members hear so next."""
        self.members.remove(peer)
        self.others_hear(peer, f"{peer} left the chat!")

    def _make(self, label: str, nickname: str) -> TcpPeer:
        return TcpPeer(self, label, nickname)

    def _nickname_in(self, message: str) -> str | None:
        match = _OF_SOMEBODY.fullmatch(message)
        return match[1] if match else None
