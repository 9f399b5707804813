"""What a case plays in: peers who talk to one server.

A peer is a *stranger* to the room, or one of its *members*. Nobody else should talk there meanwhile: since a peer must
hear exactly what its script says, each word of others is taken for a mistake of the server.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

from chatlab.conformance.peer import Peer
from chatlab.conformance.play import Play
from chatlab.room.addresses import Address
from chatlab.room.nicknames import MAX_LENGTH

P = TypeVar("P", bound=Peer)


class Scene(ABC, Generic[P]):
    """The peers of one case. A context manager: at its end they leave."""

    def __init__(self, address: Address, play: Play) -> None:
        self.address = address
        self.play = play
        self.members: list[P] = []
        self._peers: list[P] = []

    def __enter__(self: AnySceneType) -> AnySceneType:
        return self

    def __exit__(self, *exception: object) -> None:
        for peer in self._peers:
            peer.close()

    def name(self, stem: str) -> str:
        """A nickname for this case: `stem`, as much of it as there is room for, and the play's suffix."""
        return stem[: MAX_LENGTH - len(self.play.suffix)] + self.play.suffix

    def peer(self, stem: str) -> P:
        """Somebody who has sent and heard nothing yet."""
        peer = self._make(stem, self.name(stem))
        self._peers.append(peer)
        return peer

    def stranger(self, stem: str) -> P:
        """Somebody who may sign up now."""
        return self.peer(stem)

    def member(self, stem: str) -> P:
        """Somebody who is in the room; all members have heard so."""
        with self.play.setting_up():
            peer = self.stranger(stem)
            peer.signs_up()
            self.is_let_in(peer)
        return peer

    def everyone_hears(self, message: str | bytes, but: P | None = None) -> None:
        """Each member, `but` one, hears `message` next."""
        for member in self.members:
            if member is not but:
                member.hears(message)

    def leaves(self, peer: P) -> None:
        """`peer` leaves, and the other members hear so next."""
        peer.leaves()
        self.has_left(peer)

    def has_left(self, peer: P) -> None:
        """`peer` is out; the other members hear so next."""
        self.members.remove(peer)
        self.everyone_hears(self._left(peer))

    @abstractmethod
    def is_let_in(self, peer: P) -> None:
        """`peer` has signed up: it and the other members hear what they have to."""

    @abstractmethod
    def is_let_in_after(self, peer: P, *refused: str | bytes) -> None:
        """`peer` asks for each of the nicknames `refused`, does not get it, and gets in under its own."""

    @abstractmethod
    def all_hear(self, speaker: P, text: str) -> None:
        """Each member that has to hear that `speaker` said `text` hears it next."""

    @abstractmethod
    def notices(self, one: P, other: P) -> tuple[str, ...]:
        """Words of the room that a member could try to forge."""

    @abstractmethod
    def answers(self, newcomer: P) -> bool:
        """Whether `newcomer` hears anything at all; it does what a server may answer."""

    @abstractmethod
    def _make(self, label: str, nickname: str) -> P: ...

    @abstractmethod
    def _left(self, peer: P) -> bytes:
        """The notice that `peer` has left."""


AnyScene = Scene[Any]
AnySceneType = TypeVar("AnySceneType", bound=AnyScene)
