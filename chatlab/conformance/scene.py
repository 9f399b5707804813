"""What a case plays in: peers, who talk to one server, and the transcript of what crossed.

A peer is a *stranger* to the room, or one of its *members*. Nobody else should talk there meanwhile: since a peer must
hear exactly what its script says, each word of others is taken for a mistake of the server.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from chatlab.conformance.peer import Peer
from chatlab.room.addresses import Address

MAX_NICKNAME = 20
# How nicknames end in the cases of a run.
SUFFIX = re.compile("-[2-9]{4}")

P = TypeVar("P", bound=Peer)


class Scene(ABC, Generic[P]):
    """The peers of one case, whose nicknames end with `suffix`. A context manager: at its end they leave.

    `patience`: seconds to wait for what has to come; a member hears a line within 2 s.
    """

    patience: ClassVar[float] = 2.0

    def __init__(self, address: Address, suffix: str) -> None:
        self.address = address
        self.suffix = suffix
        self.transcript: list[str] = []
        self.members: list[P] = []
        self._peers: list[P] = []

    def __enter__(self: AnySceneType) -> AnySceneType:
        return self

    def __exit__(self, *exception: object) -> None:
        for peer in self._peers:
            peer.close()

    def name(self, stem: str) -> str:
        """A nickname for this case: `stem`, as much of it as there is room for, and the suffix."""
        return stem[: MAX_NICKNAME - len(self.suffix)] + self.suffix

    def stranger(self, stem: str) -> P:
        """One who is not in the room."""
        peer = self._make(stem, self.name(stem))
        self._peers.append(peer)
        return peer

    def member(self, stem: str) -> P:
        """One who is in the room; all members have heard so."""
        peer = self.stranger(stem)
        peer.signs_up()
        self.is_let_in(peer)
        return peer

    def is_stale(self, message: bytes) -> bool:
        """Whether `message` is of a peer of another case, whom the server puts out late."""
        nickname = self._nickname_in(message.decode("utf-8", "replace"))
        return nickname is not None and not nickname.endswith(self.suffix) and bool(SUFFIX.fullmatch(nickname[-5:]))

    @abstractmethod
    def is_let_in(self, peer: P) -> None:
        """`peer` has signed up: it and the other members hear what they have to."""

    @abstractmethod
    def _make(self, label: str, nickname: str) -> P: ...

    @abstractmethod
    def _nickname_in(self, message: str) -> str | None:
        """Of whom a message is that is somebody's words, or a notice."""


AnyScene = Scene[Any]
AnySceneType = TypeVar("AnySceneType", bound=AnyScene)
