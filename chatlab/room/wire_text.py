"""Bytes of strangers as one line of text that can be shown, and how wide it is. Pure.

Nothing is hidden: what is not UTF-8, and what would act on a screen, is written as Python writes it ('\\xff', '\\n',
'\\u202e'); a backslash is doubled. Widths are counted in cells, the width of a letter in a terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from chatlab.room.text import clean

# Accents that may be piled up on one letter; more of them would paint over other rows.
MAX_ACCENTS = 2
LETTERS = 4096  # how many are remembered


def visible(data: bytes) -> str:
    """`data` as text on one line."""
    return "".join(_shown(data.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")))


def width(text: str) -> int:
    """How many cells `text` takes."""
    return sum(map(_cells, text))


def shorten(text: str, cells: int) -> str:
    """`text`, or as much of its beginning as fits into `cells` with an ellipsis behind it."""
    if width(text) <= cells:
        return text
    used = 1
    for end, letter in enumerate(text):
        used += _cells(letter)
        if used > cells:
            return text[:end] + "…"
    return text


def _shown(text: str) -> Iterator[str]:
    accents = 0
    for letter in text:
        accents = accents + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if _acts(letter):
            yield letter.encode("unicode_escape").decode("ascii")
        elif accents <= MAX_ACCENTS:
            yield letter


# Remembered, since a live picture of several hundred messages is drawn several times a second.
@lru_cache(maxsize=LETTERS)
def _acts(letter: str) -> bool:
    """Whether it would act on a screen, or XML can't hold it."""
    return not clean("x" + letter).endswith(letter) or letter in "\ufffe\uffff"


@lru_cache(maxsize=LETTERS)
def _cells(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
