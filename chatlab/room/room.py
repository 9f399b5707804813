"""Who is in the room, and who hears what. Pure: no socket, thread or clock.

A member is any object that stands for one speaker: a UDP address, a TCP connection. Each method returns an
`Announcement`: what happened, and the members who are to hear it. A member comes in by `join` and goes out by
`leave`; nothing else changes who is here. Lesson 03 plays it by hand.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from chatlab.room.errors import NicknameTaken, Refusal
from chatlab.room.events import Joined, Left, RoomEvent, Said
from chatlab.room.nicknames import lookalike_keys, normalise

Member = TypeVar("Member", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Announcement(Generic[Member]):
    """`event` happened; `hearers` are to hear it, in the order in which they joined."""

    event: RoomEvent
    hearers: tuple[Member, ...]


class Room(Generic[Member]):
    """A table of members and their nicknames.

    `capacity`: the most members that it lets in. `echo`: whether members hear what they do themselves, as in the UDP
    room, or only what the others do, as in the TCP room.
    """

    def __init__(self, capacity: int, *, echo: bool) -> None:
        self.capacity = capacity
        self.echo = echo
        self._nicknames: dict[Member, str] = {}
        self._holders: dict[str, Member] = {}  # by the look-alike keys of the nicknames that are in use

    def __len__(self) -> int:
        return len(self._nicknames)

    def __contains__(self, member: Member) -> bool:
        return member in self._nicknames

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._nicknames)

    @property
    def nicknames(self) -> tuple[str, ...]:
        return tuple(self._nicknames.values())

    @property
    def table(self) -> tuple[tuple[Member, str], ...]:
        """Each member with its nickname, in the same order."""
        return tuple(self._nicknames.items())

    def nickname(self, member: Member) -> str:
        """The nickname that was registered for `member`. Raises KeyError for one who is not here."""
        return self._nicknames[member]

    def is_taken(self, nickname: str) -> bool:
        """Whether somebody has it, or one that looks like it."""
        return not self._holders.keys().isdisjoint(lookalike_keys(nickname))

    def join(self, member: Member, wanted: str) -> Announcement[Member]:
        """Let `member` in as `wanted`. Raises Refusal if that name can't be had, or if the room is full."""
        if member in self._nicknames:
            raise Refusal(f"you are in already, as {self._nicknames[member]}")
        nickname = self.nickname_for(member, wanted)
        self._nicknames[member] = nickname
        self._holders |= dict.fromkeys(lookalike_keys(nickname), member)
        return Announcement(Joined(nickname), self._hearers(member))

    def nickname_for(self, member: Member, wanted: str) -> str:
        """What `member` would be called if it joined as `wanted`; if it is here, after it has left. Raises Refusal."""
        nickname = normalise(wanted)
        for key in lookalike_keys(nickname) & self._holders.keys():
            if self._holders[key] != member:
                raise NicknameTaken("taken: that nickname, or one that looks like it", self._holders[key])
        if member not in self._nicknames and len(self) >= self.capacity:
            raise Refusal(f"full: the room takes {self.capacity} members")
        return nickname

    def say(self, member: Member, text: str) -> Announcement[Member]:
        """What `member` says goes out under its own nickname.

        Raises KeyError for one who is not here.
        """
        return Announcement(Said(self._nicknames[member], text), self._hearers(member))

    def leave(self, member: Member) -> Announcement[Member]:
        """`member` is out, its nickname free; the others hear of it. Raises KeyError for one who is not here."""
        nickname = self._nicknames.pop(member)
        for key in lookalike_keys(nickname):
            self._holders.pop(key, None)
        return Announcement(Left(nickname), self.members)

    def _hearers(self, actor: Member) -> tuple[Member, ...]:
        hearers = list(self._nicknames)
        if not self.echo:
            hearers.remove(actor)
        return tuple(hearers)
