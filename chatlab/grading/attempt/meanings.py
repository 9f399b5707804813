"""What Python's errors and waiting calls usually mean, whatever the exercise."""

from __future__ import annotations

import errno
import re
from traceback import FrameSummary

from chatlab.room.errors import Refusal

# What a call waits for, by its name.
WAITS = {
    "accept": "somebody to connect",
    "acquire": "a lock that is taken",
    "get": "something in the queue",
    "join": "the end of a thread",
    "recv": "bytes from the other side",
    "recvfrom": "a datagram",
    "select": "one of its sockets",
    "sleep": "time to pass",
    "wait": "an event",
}

# The first that fits; subclasses come before their bases.
MEANINGS: tuple[tuple[type[BaseException], str], ...] = (
    (Refusal, "the room or the client doesn't take that, and says why."),
    (ModuleNotFoundError, "an exercise can import chatlab and Python's own modules; look for a misspelling too."),
    (ImportError, "that module has nothing of this name: look for a misspelling."),
    (RecursionError, "a function calls itself again and again, and nothing ends that."),
    (UnboundLocalError, "a name is used before the function has given it a value."),
    (NameError, "a name is used that has no value: a misspelling, or a text without its quotes."),
    (
        AttributeError,
        "the name after the dot is misspelled or not there yet, or the value left of it is not what you think it is.",
    ),
    (TypeError, "something was given too much, too little, or a value of another kind."),
    (UnicodeError, "bytes are not always text: decide what is to happen with those that are not."),
    (IndentationError, "the lines of a block begin in the same column, and what ends with a colon needs a block."),
    (SyntaxError, "a bracket, a quote or a colon is missing, in this line or the one above it."),
)
# For errors of many kinds, what Python says of this one tells which it is.
BY_WORDS = (
    (
        r"not enough values to unpack|too many values to unpack",
        "to divide a value among names, there must be as many parts as names.",
    ),
    (
        r"a bytes-like object is required, not 'str'|expected bytes, str found",
        "a text where bytes are wanted; encode() makes bytes of a text.",
    ),
    (
        r"can't concat str to bytes|must be str, not bytes|not \"bytes\"\) to str",
        "bytes where a text is wanted; decode() makes a text of bytes.",
    ),
    (r"positional argument|unexpected keyword", "count the values in the brackets, and compare with the parameters."),
    (r"signal only works in main thread", "checks run your code in a thread: it can do its work without signals."),
    (r"changed size during iteration", "a loop goes over what changes meanwhile; let it go over list(…) of that."),
    (r"'NoneType' object", "a function without `return` gives back None, and so does one that only changes something."),
)
NO_PARTNER = "a UDP socket has no partner: recvfrom returns who sent a message, and sendto takes an address each time."
BY_NUMBER = {
    errno.ENOTCONN: NO_PARTNER,
    errno.EDESTADDRREQ: NO_PARTNER,
    errno.EOPNOTSUPP: "accept and listen are for TCP; at a UDP socket, recvfrom is enough.",
    errno.EADDRINUSE: "another socket has this port.",
    errno.EBADF: "this socket is closed.",
    errno.EMSGSIZE: "a datagram has at most 65,507 bytes.",
}


def usually(error: BaseException) -> str:
    """What `error`, raised in the line that is shown below it, usually means."""
    for words, meaning in BY_WORDS:
        if isinstance(error, RuntimeError | TypeError | ValueError) and re.search(words, str(error)):
            return f"Usually: {meaning}"
    if isinstance(error, OSError) and error.errno in BY_NUMBER:
        return f"Usually: {BY_NUMBER[error.errno]}"
    for kind, meaning in MEANINGS:
        if isinstance(error, kind):
            return f"Usually: {meaning}"
    return "Python stopped at the line below, for the reason after the colon."


def awaited(stack: list[FrameSummary], own: list[FrameSummary]) -> str:
    """The end of a sentence: what the call in the learner's last line waits for, if that is known. `own`: the frames of
    `stack` that are the learner's.
    """
    if not own:
        return "."
    further = stack[stack.index(own[-1]) + 1 :]
    # A function that is written in C has no frame: its name is taken from the line that calls it.
    names = [further[0].name] if further else re.findall(r"\.(\w+)\(", own[-1].line or "")
    return next((f": {name}() waits for {WAITS[name]}." for name in names if name in WAITS), ".")
