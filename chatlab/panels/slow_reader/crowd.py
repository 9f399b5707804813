"""A member that says as many lines a second as it is told to. It has no thread but its client's: `turn` has it talk."""

from __future__ import annotations

import time

from chatlab.room.errors import ChatlabError
from chatlab.service.interfaces import HasAddress
from chatlab.tcp.client import TcpClient

NAME = "crowd"
MOST_LINES = 20  # a second: by default, no member may say more
LINE = "This is one of many lines, and it is long, so that not many of them fit into a buffer as small as these."


class Crowd:
    """In the room `server`, from its first line on. `problem`: why the last one could not be said; '' if it was."""

    def __init__(self, server: HasAddress) -> None:
        self.problem = ""
        self._server = server
        self._client: TcpClient | None = None  # its room may not be open yet, nor have an address
        self._said_at = time.monotonic()

    def turn(self, lines: int) -> None:
        """Say what is due by now, at so many lines a second."""
        now = time.monotonic()
        due = min(MOST_LINES, int((now - self._said_at) * lines))
        if due or not lines:
            self._said_at = now
        if not due:
            return
        self._client = self._client or TcpClient(NAME, self._server)
        try:
            for _ in range(due):
                self._client.start().say(LINE)
            self.problem = ""
        except (ChatlabError, OSError) as problem:
            self.problem = str(problem)

    def close(self) -> None:
        if self._client:
            self._client.close()
