"""The tables at the top of the two pure cores, held to the code: each row is played, and no row is without a play."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chatlab.room.errors import NobodyAnswers, Refusal
from chatlab.room.events import Gone, Joined, Left, Said
from chatlab.tcp import chat, member
from chatlab.tcp.chat import PARTING_TIME
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.member import Stage, TcpMember
from tests.tcp.test_chat import Table


def rows(docstring: str | None) -> list[tuple[str, ...]]:
    """The rows of the table in it: its lines that are indented, cut where there are two blanks or more."""
    lines = [line for line in (docstring or "").splitlines() if line.startswith("    ")]
    return [tuple(re.split(r" {2,}", line.strip())) for line in lines[1:]]


def a_connection(table: Table) -> None:
    table.join("B")


def a_stranger(table: Table) -> None:
    table.join("B")
    table.connect("A")
    table.look()


def a_member(table: Table) -> None:
    table.join("B", "A")


def throttled(table: Table) -> None:
    table.join("B", "A")
    table.receive("A", b"x\n" * 50)
    table.look()


BEGINNINGS: dict[str, Callable[[Table], None]] = {
    "new": a_connection,
    "a stranger": a_stranger,
    "a member": a_member,
    "a throttled one": throttled,
    "any": a_member,
    "any other": a_member,
}
INPUTS: dict[str, Callable[[Table], None]] = {
    "comes": lambda table: table.connect("A"),
    "sends a nickname that it can have": lambda table: table.receive("A", b"A\n"),
    "sends another line": lambda table: table.receive("A", b"b\n"),
    "speaks another protocol": lambda table: table.receive("A", b"GET / HTTP/1.1\r\n"),
    "takes longer than `nickname_time`": lambda table: table.wait(30),
    "sends a line": lambda table: table.receive("A", b"hello\n"),
    "sends more lines than it may": lambda table: table.receive("A", b"x\n" * 11),
    "ends its stream": lambda table: table.receive("A", b""),
    "sends a line that is too long": lambda table: table.receive("A", b"x" * 1024),
    "is lost": lambda table: table.deliver(table.chat.leave("A", Reason.LOST)),
}


def is_out(table: Table, got: dict[str, str], a_hears: str = "") -> None:
    assert got == {"B": "A left the chat!\n"} | ({"A": a_hears} if a_hears else {})
    assert table.chat.room.nicknames == ("B",)


def asked(table: Table, got: dict[str, str]) -> None:
    assert got == {"A": "NICK\n"}


def let_in(table: Table, got: dict[str, str]) -> None:
    assert got == {"A": "Connected to the server!\n", "B": "A joined the chat\n"}
    assert table.chat.room.nicknames == ("B", "A")


def asked_again(table: Table, got: dict[str, str]) -> None:
    for number in range(2, 11):
        assert got["A"].startswith("NICK ")
        assert table.ended == []
        table.receive("A", b"b\n")
        got = table.look()
        assert number == 10 or got["A"].startswith("NICK ")
    assert (got, table.ended) == ({"A": "ERROR 10 nicknames were refused\n"}, ["A"])


def error(table: Table, got: dict[str, str]) -> None:
    assert got["A"].startswith("ERROR ")
    assert table.ended == ["A"]
    assert table.chat.room.nicknames == ("B",)


def heard(table: Table, got: dict[str, str]) -> None:
    assert got == {"B": "A: hello\n"}


def waits(table: Table, got: dict[str, str]) -> None:
    assert got == {"B": "A: x\n" * 10}
    table.wait(0.5)
    assert table.look() == {"B": "A: x\n"}


def out_when_said(table: Table, got: dict[str, str]) -> None:
    assert (got, table.ended) == ({}, [])
    table.wait(PARTING_TIME - 0.1)
    assert table.ended == []
    table.wait(0.1)
    assert table.ended == ["A"]


def test_the_parting_time_is_the_one_of_the_page() -> None:
    page = Path(chat.__file__).parents[1].joinpath("PROTOCOL.md").read_text(encoding="utf-8")
    assert f"is out {PARTING_TIME:g} s later at the latest" in " ".join(page.split())


OUTPUTS: dict[str, Callable[[Table, dict[str, str]], None]] = {
    "it is a stranger, asked for a nickname": asked,
    "it is a member, and told so; the others hear of it": let_in,
    "it is asked again and told why; ERROR after `nickname_tries`": asked_again,
    "ERROR: see `chatlab.tcp.foreign`": error,
    "ERROR, however it dribbles": error,
    "the others hear it under the member's own nickname": heard,
    "it is throttled: they wait for their time": waits,
    "it is out when they are said, or after PARTING_TIME": out_when_said,
    "ERROR": error,
    "it is out": is_out,
}


@pytest.mark.parametrize("row", rows(chat.__doc__), ids=" ".join)
def test_a_row_of_the_rooms_table(row: tuple[str, str, str]) -> None:
    beginning, what, outcome = row
    table = Table(Limits(rate_limit=2))
    BEGINNINGS[beginning](table)
    INPUTS[what](table)
    OUTPUTS[outcome](table, table.look())


def test_the_rooms_table_is_read_whole() -> None:
    played = rows(chat.__doc__)
    assert len(played) == 11
    assert {row[0] for row in played} == set(BEGINNINGS)
    assert {row[1] for row in played} == set(INPUTS)
    assert {row[2] for row in played} == set(OUTPUTS)


WORDS: dict[str, list[bytes | None]] = {  # None: the connection is lost
    "NICK": [b"NICK\n"],
    "NICK <reason>": [b"NICK that one is taken\n"],
    "the end, or a loss": [b"ERROR the room is closing\n", b"", None],
    "Connected to the server!": [b"Connected to the server!\n"],
    "what the others do": [b"bob joined the chat\nbob: hi\nbob left the chat!\n"],
}
CONSEQUENCES: dict[str, tuple[Stage, object, bytes]] = {
    "my nickname is sent": (Stage.CHOOSING, (), b"ada\n"),
    "OUT; raises Refusal": (Stage.OUT, Refusal, b""),
    "OUT; raises NobodyAnswers": (Stage.OUT, NobodyAnswers, b""),
    "IN: I joined": (Stage.IN, (Joined("ada"),), b""),
    "told": (Stage.IN, (Joined("bob"), Said("bob", "hi"), Left("bob")), b""),
    "OUT: I am gone": (Stage.OUT, (Gone,), b""),
}


def member_in(stage: Stage) -> TcpMember:
    ada = TcpMember("ada", "127.0.0.1:55555")
    if stage is not Stage.CHOOSING:
        ada.receive(b"NICK\nConnected to the server!\n")
    if stage is Stage.OUT:
        ada.receive(b"")
    assert ada.stage is stage
    return ada


def outcome_of(ada: TcpMember, words: bytes | None) -> tuple[Stage, object, bytes]:
    try:
        events, data = ada.lose() if words is None else ada.receive(words)
    except (Refusal, NobodyAnswers) as failure:
        return ada.stage, type(failure), b""
    return ada.stage, tuple(Gone if isinstance(event, Gone) else event for event in events), data


TABLE = {(stage, what): then for stage, what, then in rows(member.__doc__)}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("what", WORDS)
def test_a_row_of_the_members_table_and_what_is_in_no_row_changes_nothing(stage: Stage, what: str) -> None:
    for words in WORDS[what]:
        ada = member_in(stage)
        if stage is Stage.OUT and not words:
            continue  # its connection has ended already
        wanted = CONSEQUENCES[TABLE[stage.name, what]] if (stage.name, what) in TABLE else (stage, (), b"")
        assert outcome_of(ada, words) == wanted


def test_the_members_table_is_read_whole() -> None:
    assert {stage for stage, _ in TABLE} == {"CHOOSING", "IN"}
    assert {what for _, what in TABLE} == set(WORDS)
    assert set(TABLE.values()) == set(CONSEQUENCES)
