"""Every error that chatlab tells its user. Pure.

    ChatlabError
      Refusal (ValueError)                 the room says no, and why
        NicknameTaken                      somebody in the room has that nickname, or one that looks like it
        NotInTheRoom                       only a member may say something
        OutboxFull                         too much waits for acknowledgements already
      NobodyAnswers (ConnectionError)      no room is there, or no longer
        NotTrusted                         what is there has no certificate that is to be trusted
      GaveUp (ConnectionError)             a message was sent again and again, and never acknowledged
      NoBroker (ConnectionError)           the broker that joins servers is not there, or of no use
      Dropped (ConnectionError)            the server ended the connection of a member that measures it
      CantListen (OSError)                 a server can't have the address that it was told
      CantResolve (OSError)                there is no such host or port
      NoCertificate (OSError)              a certificate can't be used, or its key
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
    """Raised by rooms and members: a nickname can't be had, a text can't be sent, the room is full."""


class NicknameTaken(Refusal):
    """`holder`: the member who has it, as the room calls its members."""

    def __init__(self, message: str, holder: Any = None) -> None:
        super().__init__(message)
        self.holder = holder


class NotInTheRoom(Refusal):
    """Raised by clients and members."""


class OutboxFull(Refusal):
    """Raised by a reliable sender."""


class NobodyAnswers(ChatlabError, ConnectionError):
    """Raised by clients."""


class NotTrusted(NobodyAnswers):
    """Raised by clients that speak TLS."""


class GaveUp(ChatlabError, ConnectionError):
    """Raised by a reliable sender."""


class NoBroker(ChatlabError, ConnectionError):
    """Raised by servers."""


class Dropped(ChatlabError, ConnectionError):
    """Raised by a member of the benchmark."""


class CantListen(ChatlabError, OSError):
    """Raised by servers."""


class CantResolve(ChatlabError, OSError):
    """Raised by servers and clients."""


class NoCertificate(ChatlabError, OSError):
    """Raised where a server or a client is made that speaks TLS."""


class NoFreePort(ChatlabError, OSError):
    """Raised by UDP clients."""


class TooFewFiles(ChatlabError, OSError):
    """Raised by the benchmark."""


class NoThreadLeft(ChatlabError, RuntimeError):
    """Raised by servers and clients."""


class CantStart(ChatlabError, OSError):
    """Raised by the benchmark."""


class LineTooLong(ChatlabError, ValueError):
    """Raised by the framing of TCP."""


class CantUse(ChatlabError, OSError):
    """Raised in notebooks."""


class NotStarted(CantUse):
    """Raised in notebooks."""


def in_words(error: BaseException) -> str:
    """The text of an error of ours; else the last line of its traceback: what it is, and what it says."""
    if isinstance(error, ChatlabError):
        return str(error)
    return traceback.format_exception_only(type(error), error)[-1].strip()
