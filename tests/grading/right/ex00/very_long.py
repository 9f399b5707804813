"""A very long way to say hello."""

from __future__ import annotations

import logging
from collections import deque
from typing import Protocol

log = logging.getLogger(__name__)


class Speaker(Protocol):
    def say(self, text: str) -> object: ...


COMMA, SPACE, MARK = ",", chr(32), "\u0021"


def word() -> str:
    letters: deque[str] = deque()
    for number in (72, 101, 108, 108, 111):
        letters.append(chr(number))
    return "".join(letters)


def compose(nickname: str) -> str:
    text = word()
    text += COMMA
    text += SPACE
    text += nickname
    text += MARK
    return text


def hand_over(speaker: Speaker, text: str) -> None:
    try:
        speaker.say(text)
    except OSError:
        log.exception("not said")
        raise


def greet(client: Speaker, nickname: str) -> None:
    hand_over(client, compose(nickname))


if __name__ == "__main__":
    greet(None, "ada")  # type: ignore[arg-type]
