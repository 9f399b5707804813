"""Why a client is not in its room, as a panel tells it: in sentences."""

from __future__ import annotations

from chatlab.room.errors import ChatlabError, in_words

# Behind one that has been true for a while.
RUN_AGAIN = " If the room's cell was run again, run this one, too."


def sentence(reason: str) -> str:
    """It begins with a capital letter, and ends."""
    return ended(reason[:1].upper() + reason[1:])


def ended(reason: str) -> str:
    """With a full stop, unless it has an end."""
    return reason + ("" if reason[-1:] in {".", "?", "!"} else ".")


def in_one_line(error: Exception) -> str:
    """Those of chatlab and of the system are made to be shown; of others, the kind says more."""
    return str(error) if isinstance(error, ChatlabError | OSError) else in_words(error)
