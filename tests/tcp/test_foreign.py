from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import Refusal
from chatlab.room.nicknames import normalise
from chatlab.tcp.foreign import mistaken_for

# What others than chat clients say first: a browser, curl, port scanners (nmap's probes among them), other programs.
OPENINGS = [
    (b"GET / HTTP/1.1\r\nHost: 127.0.0.1:55555\r\n", "a web server"),
    (b"POST /chat?x=1 HTTP/1.1\r\n", "a web server"),
    (b"GET / HTTP/1.0\n", "a web server"),
    (b"PRI * HTTP/2.0\r\n", "a web server"),
    (b"OPTIONS / RTSP/1.0\r\n", "a web server"),
    (b"OPTIONS sip:nm SIP/2.0\r\n", "a web server"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "a TLS server"),
    (b"\x16\x03\x01\n", "a TLS server"),
    (b"SSH-2.0-OpenSSH_9.2p1\r\n", "an SSH server"),
    (b"EHLO mail.example\r\n", "a mail server"),
    (b"HELO mail.example\r\n", "a mail server"),
    (b"EHLO\r\n", "a mail server"),
    (b"HELP\r\n", "a mail server"),
    (b"*1\r\n$4\r\nPING\r\n", "a Redis server"),
    (b"\x80\x9e\x01\x03\x01\x00u\x00", "a server of binary data"),  # SSL 2
    (b"\x00\x00\x00\xa4\xffSMBr", "a server of binary data"),
    (b"0\x0c\x02\x01\x01`\x07\x02\x01\x02\x04\x00\x80\x00", "a server of binary data"),  # LDAP
    (b"JRMI\x00\x02K", "a server of binary data"),
    (b"\x00", "a server of binary data"),
]
NICKNAMES = [
    "ada\n",
    "HELPER\n",
    "HELP",
    "SSH-fan\n",
    "help\n",
    "GET\n",
    "POST_1\r\n",
    "Zoë\n",
    "*\n",
    "two words\n",
    "\n",
]


@pytest.mark.parametrize(("opening", "server"), OPENINGS)
def test_who_takes_the_room_for_something_else(opening: bytes, server: str) -> None:
    assert mistaken_for(opening) == server


@pytest.mark.parametrize("line", [*NICKNAMES, "a\x16\x03", "es\x1bcape\n", "HTTP/1.1 200 OK\n"])
def test_who_may_be_a_person(line: str) -> None:
    assert mistaken_for(line.encode()) == ""


@pytest.mark.parametrize("end", ["", "\n", "\r\n", " \n", "\neve\n"])
@pytest.mark.parametrize("word", ["HELP", "HELO", "EHLO", "QUIT", "GET", "SSH-2", "PRI", "DATA"])
def test_no_nickname_is_taken_for_another_protocol(word: str, end: str) -> None:
    for spelling in (word, word.lower()):
        if mistaken_for(f"{spelling}{end}".encode()):
            with pytest.raises(Refusal, match="reserved"):
                normalise(spelling)


@given(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True))
def test_no_nickname_at_all_is(nickname: str) -> None:
    with suppress(Refusal):
        assert not mistaken_for(f"{normalise(nickname)}\r\n".encode())


def test_only_the_line_itself_counts() -> None:
    assert mistaken_for(b"ada\n\0\n") == ""
