"""What an error usually means, in a sentence for who meets it for the first time."""

from __future__ import annotations

from chatlab.room.errors import Refusal

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
    (
        TypeError,
        "something was given too much, too little, or a value of another kind. "
        "(encode() makes bytes of a text, decode() makes a text of bytes.)",
    ),
    (UnicodeError, "bytes are not always text: decide what is to happen with those that are not."),
    (ValueError, "a value can't be used here. (To divide a text among names, there must be as many parts as names.)"),
    (IndentationError, "the lines of a block begin in the same column, and what ends with a colon needs a block."),
    (SyntaxError, "a bracket, a quote or a colon is missing, in this line or the one above it."),
)


def usually(error: BaseException) -> str:
    """What `error`, raised in the line that is shown below it, usually means."""
    for kind, meaning in MEANINGS:
        if isinstance(error, kind):
            return f"Usually: {meaning}"
    return "Python stopped at the line below, for the reason after the colon."
