"""Recognises clients of other protocols by what they say first. Pure.

Many of them wait for no answer, so a later line of theirs could pass for a nickname: the body of what a web page posts,
or the second try of a port scanner. What marks a client of another protocol is never a nickname that a person can have.
"""

from __future__ import annotations

import re

from chatlab.room.nicknames import OTHER_PROGRAMS_WORDS

_MAIL_WORDS = "|".join(OTHER_PROGRAMS_WORDS).encode()
# What a stranger's line begins with, and what the stranger takes us for.
_OPENINGS = (
    (re.compile(rb"[A-Z]+ \S+ [A-Z]+/[0-9]"), "a web server"),  # the request line of HTTP; RTSP and SIP have the same
    (re.compile(rb"\x16\x03"), "a TLS server"),  # the record that holds a ClientHello (RFC 8446, section 5.1)
    (re.compile(rb"SSH-[12]\."), "an SSH server"),  # RFC 4253, section 4.2
    (re.compile(rb"(%s)[ \r\n]" % _MAIL_WORDS), "a mail server"),  # RFC 5321; port scanners ask everybody for HELP
    (re.compile(rb"\*[0-9]+\r?\n"), "a Redis server"),  # an array, in its protocol RESP
    (re.compile(rb"[^\n]*\0"), "a server of binary data"),
)


def mistaken_for(line: bytes) -> str:
    """What a stranger takes the room for if its line begins with `line`; '' if that may begin a nickname."""
    return next((server for opening, server in _OPENINGS if opening.match(line)), "")
