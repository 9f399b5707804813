"""What can happen in a room, as its members see it: the words that rooms, clients and panels share.

A room says `Joined`, `Said` and `Left`. A client adds `Refused` (the room refused one thing that you sent; you are
still in) and `Gone` (you are out of the room). Lesson 03 builds the room that says them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Joined:
    """`nickname` came in."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Said:
    """`nickname` said `text`: one line, safe to show in a terminal; a web page still has to escape it."""

    nickname: str
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """`nickname` is no longer here, whatever the cause."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The room refused one thing that you sent; `reason` is one line to show."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """You are out of the room; `reason` is one line to show."""

    reason: str


RoomEvent = Joined | Said | Left
Event = Joined | Said | Left | Refused | Gone
