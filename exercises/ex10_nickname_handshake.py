"""ex10 The nickname handshake. About 35 minutes. Lesson: notebooks/10_connections.ipynb

A room has accepted a connection. Before whoever is at its other end is in, the two shake hands, line by line:

    the room says       which means                     the stranger answers
    NICK                choose a nickname               a nickname
    NICK <reason>       not that one, for this reason   another nickname
    ERROR <reason>      this is the end

A line is a text in UTF-8 and a newline, "\n", as in ex09: one "\r" right before the newline does not belong to the
text, blanks do, and bytes that are not UTF-8 become U+FFFD. A stranger's line has at most MOST bytes with its newline.
"""

import socket
from collections.abc import Callable

from chatlab.room.errors import Refusal  # noqa: F401  # you will need it

MOST = 1024
TRIES = 10


def shake_hands(sock: socket.socket, join: Callable[[str], str], seconds: float) -> tuple[str, bytes] | None:
    """Ask for a nickname at `sock` until `join` takes one, or until it is of no use. Leave `sock` open in any case.

    `sock` is the connection, as `accept` gave it: its `send` may take a part, its `recv` may give any piece.
    `join` is the room's. join(text) gets a stranger's line, just as it is. It answers the nickname under which the
    stranger is in the room now, and has told it so. Or it raises Refusal, and str(refusal) is the reason: the nickname
    is taken, or can't be one. Call it once for each line.

    Somebody is in: return what `join` answered, and the bytes that were received behind the nickname's line. These
    belong to the talk. `sock` has no time-out then, as at the beginning.

    Nobody comes in: return None. Before that, say ERROR and a reason, in words of yours, when TRIES lines were refused
    (the last one is not answered with NICK any more), when a line is too long, whether its newline has come or not,
    and when `seconds` have passed since the call, however much the stranger has said meanwhile. Say nothing when the
    stranger has ended its stream or the connection is lost; what stands behind its last newline is no line.

    Others shake hands at the same time, each in a thread of its own: share nothing with them, and don't make them wait.
    """
    # TODO: a function that receives the next line will help. It needs to know what was received behind the last one.
    raise NotImplementedError
