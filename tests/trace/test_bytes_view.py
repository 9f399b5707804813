"""One message byte by byte."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import chatlab.conformance
import chatlab.trace
from chatlab.tcp import protocol as tcp
from chatlab.trace.records import Transport
from chatlab.udp import protocol as udp
from chatlab.udp.protocol import build_sign_up
from chatlab.udp.reliable import frames

from .scripts import Script


def fields(data: bytes, transport: Transport = Transport.UDP, source: str = "room") -> dict[str, bytes]:
    """Of a message from `source`: to the room, or from it to ada."""
    found: dict[str, bytes] = {}
    name = ""
    destination = "ada" if source == "room" else "room"
    rows = Script(transport).sent(source, destination, data).trace.message(1).rows
    assert b"".join(row.data for row in rows) == data
    for row in rows:
        name = row.field or name
        found[name] = found.get(name, b"") + row.data
    return found


def test_the_table() -> None:
    assert str(Script().sent("room", "ada", "bob: grüße".encode()).trace.message(1)).splitlines() == [
        "Message 1, room -> ada: 12 bytes",
        "at  bytes                 text   field",
        "0   62 6f 62              bob    nickname",
        "3   3a 20                 :      separator",
        "5   67 72 c3 bc c3 9f 65  grüße  text",
    ]


def test_the_fields_of_datagrams() -> None:
    sign_up = fields(build_sign_up("ada"), source="ada")
    assert (sign_up["command"], sign_up["nickname"]) == (b"SIGNUP_TAG:", b"ada")
    assert set(sign_up["padding"]) == {ord(" ")}
    assert fields(build_sign_up("ada", "0123456789abcdef"), source="ada")["token"] == b"0123456789abcdef"
    assert fields(b"REFUSED_TAG:the room is full")["reason"] == b"the room is full"
    assert fields(b"ada joined!") == {"nickname": b"ada", "notice": b" joined!"}
    assert fields(b"hello") == {"text": b"hello"}
    assert not fields(b"")


@pytest.mark.parametrize("transport", Transport)
@pytest.mark.parametrize(
    "said", [b"TODO: buy milk", b"bob: hi", b"bob left!", b"bob left the chat!", b"ERROR x", b"NICK"]
)
def test_what_a_member_says_is_not_read_as_words_of_the_room(transport: Transport, said: bytes) -> None:
    found = fields(said + b"\n" * (transport is Transport.TCP), transport, source="ada")
    assert found.pop("newline", b"\n") == b"\n"
    assert found == {"text": said}


def test_the_own_name_in_front_of_what_one_says_is_a_field() -> None:
    assert fields(b"ada: hi", source="ada") == {"nickname": b"ada", "separator": b": ", "text": b"hi"}


def test_what_only_a_client_says_is_not_read_in_words_of_the_room() -> None:
    assert fields(b"SIGNOUT_TAG:") == {"text": b"SIGNOUT_TAG:"}


def test_the_fields_of_a_reliable_room_stand_in_front_of_the_plain_ones() -> None:
    found = fields(b"MSG_TAG:0123abcd 12 ada: hi")
    assert (found["session"], found["number"], found["nickname"], found["text"]) == (b"0123abcd", b"12", b"ada", b"hi")
    assert fields(b"ACK_TAG:0123abcd 12")["number"] == b"12"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_fields_of_lines(end: bytes) -> None:
    assert fields(b"ada: hi" + end, Transport.TCP) == {
        "nickname": b"ada",
        "separator": b": ",
        "text": b"hi",
        "newline": end,
    }
    assert fields(b"NICK that is taken" + end, Transport.TCP)["reason"] == b" that is taken"
    assert fields(b"half a li", Transport.TCP) == {"text": b"half a li"}


def test_strangers_bytes_are_escaped() -> None:
    bundle = Script().sent("ada", "room", b"<img src=x onerror=alert(1)>").trace.message(1)._repr_mimebundle_()
    assert "<img" not in bundle["text/html"]
    assert "&lt;img" in bundle["text/html"]


def test_a_message_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="no message 2"):
        Script().sent("ada", "room", b"hi").trace.message(2)


WORDS = (
    *(udp.SIGN_UP, udp.SIGN_OUT, udp.REFUSED, udp.PROVE, udp.JOINED, udp.LEFT, udp.TOKEN),
    *(frames.MESSAGE, frames.ACKNOWLEDGEMENT, frames.RESET, frames.SESSION, frames.NUMBER),
    *(tcp.NICK, tcp.ERROR, tcp.WELCOME, tcp.JOINED, tcp.LEFT),
)
READERS = (
    *Path(chatlab.trace.__path__[0]).rglob("*.py"),
    *Path(chatlab.conformance.__path__[0]).glob("*/peers.py"),
    *Path(chatlab.conformance.__path__[0]).glob("*/scene.py"),
)


@pytest.mark.parametrize("file", READERS, ids=lambda file: f"{file.parent.name}.{file.stem}")
def test_the_words_on_the_wire_are_written_down_once(file: Path) -> None:
    """In the protocols' modules: what changes there changes wherever it is read."""
    constants = [node.value for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Constant)]
    texts = [text.decode() if isinstance(text, bytes) else str(text) for text in constants]
    words_of_code = [text for text in texts if "\n" not in text and not text.endswith(".")]  # no docstrings
    assert not [text for text in words_of_code if any(word in text for word in WORDS)]
