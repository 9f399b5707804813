"""Servers that are wrong in one thing: ours, with one piece of its code replaced."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

import pytest

from chatlab.room import nicknames, room
from chatlab.room.errors import Refusal
from chatlab.room.room import Announcement, Room

Spoil = Callable[[pytest.MonkeyPatch], object]


class Wrong(NamedTuple):
    """What is wrong with a server, how it is made so, and the cases that must catch it.

    No other case does, unless it is wrong in a `wide` way, which breaks what those are about as well.
    """

    what: str
    spoil: Spoil
    caught_by: tuple[str, ...]
    wide: bool = False


def setting(target: Any, name: str, value: object) -> Spoil:
    return lambda patch: patch.setattr(target, name, value)


def around(target: Any, name: str, wrapper: Callable[..., object]) -> Spoil:
    """Call `wrapper(original, *arguments)` where `target.name(*arguments)` was called."""
    original = getattr(target, name)
    return setting(target, name, lambda *arguments, **named: wrapper(original, *arguments, **named))


def both(one: Spoil, other: Spoil) -> Spoil:
    return lambda patch: (one(patch), other(patch))


def ascii_only(original: Callable[[str], str], wanted: str) -> str:
    if not wanted.isascii():
        raise Refusal("ASCII only")
    return original(wanted)


def unannounced(original: Callable[..., Announcement[Any]], *arguments: object) -> Announcement[Any]:
    return replace(original(*arguments), hearers=())


def keeps_the_name(original: Callable[..., Announcement[Any]], room: Room[Any], member: Hashable) -> Announcement[Any]:
    holders = dict(room._holders)
    left = original(room, member)
    room._holders |= holders
    return left


def as_was_typed(form: str, text: str) -> str:
    return text


_numbers = count()

# What spoils both rooms alike, by name.
NICKNAMES: dict[str, Spoil] = {
    "nicknames are ASCII": around(room, "normalise", ascii_only),
    "nicknames have up to 19 characters": setting(nicknames, "MAX_LENGTH", 19),
    "nicknames have up to 21 characters": setting(nicknames, "MAX_LENGTH", 21),
    "nicknames have no marks": setting(nicknames, "MARKS_A_LETTER", 0),
    "nicknames have three marks a letter": setting(nicknames, "MARKS_A_LETTER", 3),
    "nicknames may be anything": setting(room, "normalise", lambda wanted: wanted),
    "nicknames are not normalised": setting(unicodedata, "normalize", as_was_typed),
    "nothing is reserved": setting(nicknames, "reserved_keys", frozenset),
    "two may have one nickname": setting(room, "lookalike_keys", lambda name: frozenset([str(next(_numbers))])),
    "only equal nicknames are the same": setting(room, "lookalike_keys", lambda name: frozenset([name])),
    "joining is not announced": around(Room, "join", unannounced),
    "leaving is not announced": around(Room, "leave", unannounced),
    "a nickname is never free again": around(Room, "leave", keeps_the_name),
}
