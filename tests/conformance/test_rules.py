"""PROTOCOL.md says what the cases ask, and what is on the wire."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from chatlab.conformance.case import Case
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.room.nicknames import RESERVED
from chatlab.tcp import protocol as tcp
from chatlab.udp import protocol as udp
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, Reset, build_frame

PAGE = files("chatlab").joinpath("PROTOCOL.md").read_text(encoding="utf-8")


def sentences(page: str) -> set[str]:
    """Each sentence of the paragraphs and items of `page`, on one line."""
    blocks = re.split(r"\n\s*\n|\n(?=- |#|\|)", page)
    flat = (" ".join(block.removeprefix("- ").split()) for block in blocks)
    return {sentence for block in flat for sentence in re.split(r"(?<=\.) (?=[A-Z`])", block)}


@pytest.mark.parametrize("case", dict.fromkeys((*UDP.cases, *TCP.cases)), ids=lambda case: case.name)
def test_the_rule_of_each_case_is_a_sentence_of_the_page(case: Case) -> None:
    assert case.rule in sentences(PAGE)


@pytest.mark.parametrize(
    "words",
    [
        *(udp.SIGN_UP + "<nickname>", udp.SIGN_OUT, udp.REFUSED + "<reason>", udp.PROVE + "<token>"),
        *(udp.build_answer(event) for event in (Joined("<nickname>"), Left("<nickname>"), Refused("<reason>"))),
        *(udp.build_answer(Said("<nickname>", "<text>")), tcp.NICK, tcp.WELCOME, f"{tcp.ERROR} <reason>"),
        *(tcp.build_answer(event) for event in (Joined("<nickname>"), Left("<nickname>"), tcp.Choose("<reason>"))),
        *(build_frame(Reset("<session>", b"<plain datagram>")), *RESERVED),
        build_frame(Numbered("<session>", 0, b"<plain datagram>")).replace(b" 0 ", b" <number> "),
        build_frame(Acknowledgement("<session>", 0)).replace(b" 0", b" <number>"),
    ],
)
def test_the_words_on_the_wire_are_on_the_page(words: str | bytes) -> None:
    text = words.decode() if isinstance(words, bytes) else words
    assert f"`{text.rstrip()}`" in PAGE


@pytest.mark.parametrize(
    "default",
    [
        f"port {udp.DEFAULT_PORT}",
        f"from {udp.CLIENT_PORTS[0]} to {udp.CLIENT_PORTS[-1]}",
        f"one every {udp.ALIVE:g} s",
        f"to {udp.SIGN_UP_BYTES} bytes",
        f"port {tcp.DEFAULT_PORT}",
        f"at most {tcp.MAX_LINE:,} bytes",
    ],
)
def test_the_defaults_are_on_the_page(default: str) -> None:
    assert default in " ".join(PAGE.split())
