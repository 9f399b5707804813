from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.room.errors import NobodyAnswers, Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Said
from chatlab.tcp.member import Stage, TcpMember

TALK = b"NICK\nConnected to the server!\nbob joined the chat\nbob: h\xc3\xa9\nNICK\nnonsense\nbob left the chat!\n"
EVENTS: list[Event] = [Joined("ada"), Joined("bob"), Said("bob", "hé"), Left("bob")]


def heard(member: TcpMember, *pieces: bytes) -> tuple[list[Event], bytes]:
    """The events, and what is sent."""
    outcomes = [member.receive(piece) for piece in pieces]
    return [event for outcome in outcomes for event in outcome.events], b"".join(outcome.data for outcome in outcomes)


def member() -> TcpMember:
    return TcpMember("ada", "127.0.0.1:55555")


def test_a_talk_whole_byte_by_byte_and_with_trailing_data() -> None:
    assert heard(member(), TALK) == (EVENTS, b"ada\n")
    assert heard(member(), *(bytes([byte]) for byte in TALK)) == (EVENTS, b"ada\n")
    assert heard(member(), TALK + b"bob", b": x\n") == ([*EVENTS, Said("bob", "x")], b"ada\n")


def test_a_nickname_that_no_room_takes() -> None:
    with pytest.raises(Refusal, match="letters, digits"):
        TcpMember("a da", "there")


def test_a_nickname_is_refused() -> None:
    ada = member()
    ada.receive(b"NICK\n")
    with pytest.raises(Refusal, match="^that one is taken$"):
        ada.receive(b"NICK that one is taken\n")
    assert ada.stage is Stage.OUT
    assert not ada.was_in


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (b"", "127.0.0.1:55555 has ended the connection"),
        (b"ERROR the room is closing\n", "127.0.0.1:55555 has closed the connection: the room is closing"),
        (b"x" * 70_000, "127.0.0.1:55555 has closed the connection: what it says is no chat"),
    ],
)
def test_the_end(last: bytes, why: str) -> None:
    stranger = member()
    with pytest.raises(NobodyAnswers, match=f"^{why}$"):
        stranger.receive(last)
    ada = member()
    heard(ada, TALK)
    assert heard(ada, last) == ([Gone(f"{why}; say something to connect again")], b"")
    assert ada.stage is Stage.OUT


def test_a_loss_is_told_from_an_end() -> None:
    ada = member()
    heard(ada, TALK)
    assert ada.lose().events == (Gone("the connection to 127.0.0.1:55555 is lost; say something to connect again"),)


def test_a_room_that_closes_as_one_comes_in() -> None:
    ada = member()
    events, _ = heard(ada, b"NICK\nConnected to the server!\nERROR the room is closing\nbob: too late\n")
    assert [type(event) for event in events] == [Joined, Gone]
    assert ada.was_in


@given(st.lists(st.binary(max_size=100).filter(bool)))
def test_any_bytes(pieces: list[bytes]) -> None:
    ada = member()
    try:
        heard(ada, *pieces)
    except (Refusal, NobodyAnswers):
        assert ada.stage is Stage.OUT
