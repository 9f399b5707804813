"""What somebody says in a panel, until it has come back from the room. Pure; times are in seconds.

A text that has not come back when the client is out may be lost with the room. It waits again: rather twice than never.
"""

from __future__ import annotations

from collections import deque

from chatlab.room.text import clean

# How long a text may be on its way. One that was lost earlier is lost: nobody wants to hear it now.
RECENT = 10.0


class Outgoing:
    """`waiting`: the texts that are to be said."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()
        self._unheard: list[tuple[float, str]] = []  # when each was said

    def is_said(self, text: str, now: float) -> None:
        self._unheard.append((now, text))

    def came_back(self, text: str) -> None:
        """The room has said it."""
        texts = [clean(unheard) for _, unheard in self._unheard]
        if text in texts:  # those before it are lost, as datagrams may be: the room is there
            del self._unheard[: texts.index(text) + 1]

    def is_refused(self) -> None:
        """The room has refused one of those that were said; it does not say which."""
        self._unheard.clear()

    def wait_again(self, now: float) -> list[str]:
        """The client is out. Returns the texts that wait once more."""
        lost = [text for said_at, text in self._unheard if now - said_at < RECENT]
        self.waiting.extendleft(reversed(lost))
        self._unheard.clear()
        return lost
