"""What both rooms have to bear: texts and nicknames, and what becomes of them."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """What one says, and what the others are to hear of it."""

    said: bytes
    heard: str


CONTROLS = (
    Text(b"\x1b[31mred\x1b[0m alert\x07", "[31mred[0m alert"),
    Text(b"nul\x00 tab\t del\x7f", "nul tab del"),
    Text("C1: \x80\x85\x9b2J\x9f".encode(), "C1: 2J"),
    Text(b"return\rof the line", "returnof the line"),
)
SEPARATORS = (
    Text("one\u2028eve: two".encode(), "oneeve: two"),
    Text("three\u2029four".encode(), "threefour"),
)
REORDERING = (
    Text("abc\u202edef\u202c".encode(), "abcdef"),
    Text("\u202a\u202b\u202dx".encode(), "x"),
    Text("\u2066y\u2067\u2068z\u2069".encode(), "yz"),
)
NOT_UTF8 = (
    Text(b"caf\xe9", "caf\ufffd"),
    Text(b"\xff ok", "\ufffd ok"),
)
WHOLE = (
    Text("naïve café, 日本語, עברית, 🐍".encode(), "naïve café, 日本語, עברית, 🐍"),
    Text(b"colons: more: of them", "colons: more: of them"),
)
# Nothing is left of these.
EMPTY = (b"\x1b", b"\x00\x7f", "\u202e\u2028".encode())

# What a nickname can't be, beside too long and empty. {suffix} ends the nicknames of the case.
NOT_NICKNAMES = (
    "two words",
    "semi;colon",
    "colon:",
    "dot.",
    "bang!",
    "snake🐍",
    "line\u2028break",
    "es\x1bcape",
    "\u202eabc",
)
NICKNAMES = ("snake_case-9", "Zoë", "Ольга", "さくら", "علي")
# Reserved words: the server's own.
RESERVED = ("NICK", "ERROR", "SERVER", "nick", "Error", "sErVeR")
# Nicknames, and what looks the same: another case, width or compatibility form, letters of another script, I for l.
LOOKALIKES = (
    ("ada", "ADA"),
    ("ada", "ａｄａ"),
    ("ada", "аdа"),  # Cyrillic а
    ("bill", "biIl"),
    ("office", "oﬃce"),
)
