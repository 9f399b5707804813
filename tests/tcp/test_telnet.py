from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import LineTooLong
from chatlab.tcp.telnet import TelnetFilter

LIMIT = 64
# What the stream brings, the text in it, and what is answered.
STREAMS = [
    (b"hello\n", b"hello\n", b""),
    (b"\xff\xfd\x06hello", b"hello", b"\xff\xfc\x06"),  # DO TIMING-MARK: WONT
    (b"\xff\xfb\x1fhello", b"hello", b"\xff\xfe\x1f"),  # WILL NAWS: DONT
    (b"\xff\xfc\x01\xff\xfe\x03hello", b"hello", b""),  # WONT, DONT: what is so already
    (b"he\xff\xf4\xff\xfd\x06llo", b"hello", b"\xff\xfc\x06"),  # Ctrl-C: IP, DO TIMING-MARK
    (b"he\xff\xf1llo\xff\xf6", b"hello", b""),  # NOP, AYT
    (b"\xff\xfa\x18\x00xterm\xff\xf0hello", b"hello", b""),  # SB TERMINAL-TYPE IS xterm SE
    (b"\xff\xfa\x1f\x00\xff\xff\x00\n\xff\xf0hello", b"hello", b""),  # SB NAWS 255 10 SE, its 255 doubled
    (b"\xff\xfd\xffhello", b"hello", b"\xff\xfc\xff"),  # DO EXTENDED-OPTIONS-LIST
    (b"\xff\xfd\nhello\n", b"hello\n", b"\xff\xfc\n"),  # an option may be the number of a newline
    (b"\xff\xffhello", b"\xffhello", b""),
    (b"caf\xff\xe9 \xff\n", b"caf\xff\xe9 \xff\n", b""),  # no command follows
    ("hé“本 🐍\n".encode(), "hé“本 🐍\n".encode(), b""),
]


def taken(*pieces: bytes) -> tuple[bytes, bytes]:
    telnet = TelnetFilter(LIMIT)
    both = [telnet.take(piece) for piece in pieces]
    return b"".join(text for text, _ in both), b"".join(answer for _, answer in both)


@pytest.mark.parametrize(("stream", "text", "answer"), STREAMS)
def test_whole_byte_by_byte_and_with_trailing_data(stream: bytes, text: bytes, answer: bytes) -> None:
    assert taken(stream) == (text, answer)
    assert taken(*(bytes([byte]) for byte in stream)) == (text, answer)
    assert taken(stream + b"\xff", b"\xfb\x01more") == (text + b"more", answer + b"\xff\xfe\x01")


@given(st.binary(max_size=60), st.integers(0, 60))
def test_cuts_do_not_matter(stream: bytes, cut: int) -> None:
    assert taken(stream[:cut], stream[cut:]) == taken(stream)


@given(st.binary(max_size=60).filter(lambda data: b"\xff" not in data))
def test_who_is_no_telnet_says_what_it_says(stream: bytes) -> None:
    assert taken(stream) == (stream, b"")


@pytest.mark.parametrize("endless", [b"\xff\xfd\x06", b"\xff\xf1", b"\xff\xfax"])
def test_commands_count_in_the_length_of_a_line(endless: bytes) -> None:
    telnet = TelnetFilter(LIMIT)
    for _ in range(10):  # a new line, a new count
        telnet.take(b"\xff\xf1" * 30 + b"hello\n")
    with pytest.raises(LineTooLong, match="at most 64 bytes"):
        for _ in range(LIMIT):
            telnet.take(endless)
