"""What `telnet` says to the program at the other end, beside what its user types. Pure.

    IAC DO <option>       we are to do something     answered IAC WONT <option>
    IAC WILL <option>     it offers to               answered IAC DONT <option>
    IAC SB ... IAC SE, IAC and any other command     dropped
    IAC IAC               the byte 0xFF

IAC is the byte 0xFF, which UTF-8 never has; one that no command follows is left in the text. Without an answer to
IAC DO TIMING-MARK, telnet shows nothing more after Ctrl-C. See RFC 854, and RFC 860 for that option.
"""

from __future__ import annotations

import re

from chatlab.room.errors import LineTooLong

IAC = b"\xff"
WILL, WONT, DO, DONT = b"\xfb", b"\xfc", b"\xfd", b"\xfe"
_REFUSALS = {DO: WONT, WILL: DONT}
# A command with its option; what is between SB and SE; a command of its own, or a second IAC; the beginning of one of
# these, at the end of what has come.
_COMMAND = re.compile(
    rb"\xff(?:[\xfb-\xfe].|\xfa(?:[^\xff]|\xff[^\xf0])*\xff\xf0|[\xf0-\xf9\xff]"
    rb"|(?P<beginning>(?:[\xfb-\xfe]|\xfa(?:[^\xff]|\xff[^\xf0])*\xff?)?\Z))",
    re.DOTALL,
)


class TelnetFilter:
    """Takes the commands out of one connection's stream. `limit`: bytes of them that a line may hold."""

    __slots__ = ("_beginning", "_dropped", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._beginning = b""  # of a command that has not come whole
        self._dropped = 0  # bytes of commands since the last line

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """The text in what the stream brought, and what is to be answered. Raises LineTooLong."""
        data = self._beginning + data
        self._beginning = b""
        text, answer = bytearray(), bytearray()
        read = 0
        for command in _COMMAND.finditer(data):
            text += data[read : command.start()]
            read = command.end()
            kind, option = command[0][1:2], command[0][2:]
            if command["beginning"] is not None:
                self._beginning = command[0]
                break
            if kind == IAC:
                text += IAC
            elif kind in _REFUSALS:
                answer += IAC + _REFUSALS[kind] + option
            self._dropped += len(command[0])
        text += data[read:]
        if b"\n" in text:
            self._dropped = 0
        if self._dropped + len(self._beginning) > self.limit:
            raise LineTooLong(f"a line has at most {self.limit} bytes, telnet's commands included")
        return bytes(text), bytes(answer)
