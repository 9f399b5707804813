"""Every error that chatlab tells its user. Pure.

    ChatlabError
      Refusal (ValueError)                 the room says no, and why
        NicknameTaken                      somebody in the room has that nickname, or one that looks like it
        OutboxFull                         too much waits for acknowledgements already
      NobodyAnswers (ConnectionError)      no room is there, or no longer
      GaveUp (ConnectionError)             a message was sent again and again, and never acknowledged
      Dropped (ConnectionError)            the server ended the connection of a member that measures it
      CantListen (OSError)                 a server can't have the address that it was told
      CantResolve (OSError)                there is no such host or port
      NoFreePort (OSError)                 every port that a client may have is taken
      TooFewFiles (OSError)                the system does not allow so many sockets
      NoThreadLeft (RuntimeError)          the system starts no thread more
      CantStart (OSError)                  a program that is to be measured can't be started
      LineTooLong (ValueError)             a stream holds a line above the limit: what follows makes no sense
      CantUse (OSError)                    a learner's code can't be used, and why and where
        NotStarted                         the exercise is still the untouched stub

The text of each is one line that can be shown as it is; where there is something to do about it, it says what. The
second base is Python's own error of that kind. Errors that no user sees (how a check or a conformance case ends) stay
where they are raised.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class ChatlabError(Exception):
    """The base of all the others."""


class Refusal(ChatlabError, ValueError):
    """The room says no, and why: a nickname that can't be had, a text that can't be sent, a room that is full."""


class NicknameTaken(Refusal):
    """Somebody has that nickname, or one that looks like it. `holder`: who, as the room calls its members."""

    def __init__(self, message: str, holder: Any = None) -> None:
        super().__init__(message)
        self.holder = holder


class OutboxFull(Refusal):
    """Too much waits in a sender."""


class NobodyAnswers(ChatlabError, ConnectionError):
    """No room answers at that address, or the connection to it is lost."""


class GaveUp(ChatlabError, ConnectionError):
    """A message was not acknowledged."""


class Dropped(ChatlabError, ConnectionError):
    """The server has ended the connection of a member."""


class CantListen(ChatlabError, OSError):
    """A server can't have the address that it was told."""


class CantResolve(ChatlabError, OSError):
    """There is no such host or port."""


class NoFreePort(ChatlabError, OSError):
    """Every port that a client may have is taken."""


class TooFewFiles(ChatlabError, OSError):
    """The system does not allow so many sockets."""


class NoThreadLeft(ChatlabError, RuntimeError):
    """The system starts no thread more."""


class CantStart(ChatlabError, OSError):
    """A program that is to be measured can't be started."""


class LineTooLong(ChatlabError, ValueError):
    """The stream holds a line that is longer than the limit: no sense can be made of it from here on."""


class CantUse(ChatlabError, OSError):
    """A learner's code can't be used; the text says why, and where."""


class NotStarted(CantUse):
    """The exercise is still the untouched stub."""


def in_words(error: BaseException) -> str:
    """The text of an error of ours; else the last line of its traceback: what it is, and what it says."""
    if isinstance(error, ChatlabError):
        return str(error)
    return traceback.format_exception_only(type(error), error)[-1].strip()
