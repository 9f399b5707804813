"""What both rooms have to bear: texts and nicknames, and what becomes of them."""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.nicknames import SERVERS_WORDS


class Text(NamedTuple):
    """What somebody says, and what the others are to hear of it."""

    said: bytes
    heard: str


def whole(text: str) -> Text:
    """A text that arrives as it was said."""
    return Text(text.encode(), text)


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
UNICODE = (whole("naïve café, 日本語, עברית, 🐍"),)
# What programs make something else of, by mistake.
AS_SAID = (
    whole("colons: more: of them"),
    whole("  two spaces before and two after  "),
    whole("100% {sure} %s %(x)d {0} \\n $HOME"),
    whole("<b>&amp;"),
)
# Commands in other chats, and what begins like one of ours.
NO_COMMANDS = (
    *("!q", "!quit", "q", "quit", "exit", "bye", "/quit", "/exit", "/nick eve", "/list", "/help", "QUIT", "NICK eve"),
    *("{quit}", "SIGNOUT_TAG", "signout_tag:", "DISCONNECT"),
)
# Nothing that shows is left of these.
EMPTY = (b"\x1b", b"\x00\x7f", "\u202e\u2028".encode(), b"   ", "\u200b \u2060\ufeff".encode())

# What a nickname can't be, beside too long and empty.
NOT_NICKNAMES = (
    *("two words", "semi;colon", "colon:", "dot.", "bang!", "snake🐍", "line\u2028break", "es\x1bcape", "\u202eabc"),
    *("zero\u200bwidth", "\u0301mark-first", "z\u0303\u0303\u0303-three-marks"),
)
NOT_UTF8_NICKNAMES = (b"caf\xe9", b"\xfe\xfd")
NICKNAMES = ("snake_case-9", "Zoë", "Ольга", "さくら", "علي")
MARKED_NICKNAMES = ("हिन्दी", "বাংলা", "தமிழ்")
# What else may come to a TCP port: a web page that posts, scanners, programs that have the wrong port. Behind the first
# line of each stands one that would be a good nickname.
OTHER_PROTOCOLS = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\neve\n",
    b"GET / HTTP/1.0\r\n\r\neve\n",
    b"OPTIONS sip:nm SIP/2.0\r\neve\n",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03eve\n",  # a TLS hello
    b"SSH-2.0-OpenSSH_9.6\r\neve\n",
    b"HELP\r\neve\n",
    b"EHLO there\r\neve\n",
    b"HELO\r\neve\n",
    b"*1\r\n$4\r\nPING\r\neve\n",
    b"\x00\x1e\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00",  # a DNS query
)
# Reserved words, the server's own and other programs', and what looks like one. The latter are not in capitals here:
# a TCP room hangs up on those.
RESERVED = (
    *(*SERVERS_WORDS, "nick", "Error", "sErVeR", "ＮＩＣＫ", "SERVЕR"),  # the last with a Cyrillic Е
    *("help", "Helo", "eHLO", "ＨＥＬＰ"),
)
# Nicknames, and what looks the same: another case, width or compatibility form, letters of another script, I for l.
LOOKALIKES = (
    ("ada", "ADA"),
    ("ada", "ａｄａ"),
    ("ada", "аdа"),  # Cyrillic а
    ("bill", "biIl"),
    ("office", "oﬃce"),
)
