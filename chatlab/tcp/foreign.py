"""Who is no chat client: other protocols, known by what their clients say first. Pure.

Whoever speaks one of them does not wait for an answer, so a later line of theirs could pass for a nickname: the body of
what a web page posts, or the second try of a port scanner.
"""

from __future__ import annotations

import re

# What a stranger's line begins with, and what it takes us for.
_OPENINGS = (
    (re.compile(rb"[A-Z]+ \S+ [A-Z]+/[0-9]"), "a web server"),  # the request line of HTTP; RTSP and SIP have the same
    (re.compile(rb"\x16\x03"), "a TLS server"),  # the record that holds a ClientHello (RFC 8446, section 5.1)
    (re.compile(rb"SSH-[12]\."), "an SSH server"),  # RFC 4253, section 4.2
    (re.compile(rb"(EHLO|HELP)[ \r\n]"), "a mail server"),  # RFC 5321; port scanners ask everybody for HELP
    (re.compile(rb"\*[0-9]+\r?\n"), "a Redis server"),  # an array, in its protocol RESP
    (re.compile(rb"[^\n]*\0"), "a server of binary data"),
)


def mistaken_for(line: bytes) -> str:
    """What a stranger takes the room for whose line begins like this; '' if nothing speaks against a nickname."""
    return next((server for opening, server in _OPENINGS if opening.match(line)), "")
