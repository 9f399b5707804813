"""When a panel whose client is out of the room tries to get in again. Pure; times are in seconds."""

from __future__ import annotations

# Before each try. The first of a row comes at once; the last of these goes on.
PAUSES = (0.0, 1.0, 2.0, 4.0, 5.0)
# A client that was in the room for a shorter time goes on with longer pauses: the room may throw it out each time.
STEADY = 5.0


class Tries:
    """The first of all tries is made without asking here."""

    def __init__(self) -> None:
        self._made = 1
        self._in_since: float | None = None

    def got_in(self, now: float) -> None:
        """To be told once more does nothing."""
        if self._in_since is None:
            self._in_since = now

    def pause(self, now: float) -> float:
        """The client is out, or the last try has failed: how long to wait before the next one."""
        if self._in_since is not None and now - self._in_since >= STEADY:
            self._made = 0
        self._in_since = None
        pause = PAUSES[min(self._made, len(PAUSES) - 1)]
        self._made += 1
        return pause
