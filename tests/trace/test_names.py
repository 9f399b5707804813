"""Who is who, where only the server is watched."""

from __future__ import annotations

import pytest

from chatlab.addresses import Address
from chatlab.trace.names import Names, columns
from chatlab.trace.records import Record, Step, Transport

ROOM, ADA, EVE = ("127.0.0.1", 9999), ("127.0.0.1", 8000), ("127.0.0.1", 8001)


def learned(transport: Transport, *steps: tuple[tuple[str, int], bytes]) -> dict[Address, str]:
    """The names after datagrams or pieces, each with the address that it comes from, or goes to if from the room."""
    names = Names()
    names.give(ROOM, "room")
    for other, data in steps:
        from_room = data.startswith(b">")
        ends = (ROOM, other) if from_room else (other, ROOM)
        names.learn(Record(0, Step.SENT, transport, *ends, data.removeprefix(b">")))
    del names.known[ROOM]
    return dict(names.known)


def test_a_udp_member_has_the_name_that_the_room_says_has_joined() -> None:
    assert learned(Transport.UDP, (ADA, b"SIGNUP_TAG:ada  "), (ADA, b">ada joined!")) == {ADA: "ada"}


def test_a_member_of_a_reliable_room_has_its_name_too() -> None:
    talk = [(ADA, b"MSG_TAG:0123abcd 0 SIGNUP_TAG:ada"), (ADA, b">MSG_TAG:0123abcd 0 ada joined!")]
    assert learned(Transport.UDP, *talk) == {ADA: "ada"}


def test_who_is_refused_or_never_signed_up_has_no_name() -> None:
    assert not learned(Transport.UDP, (EVE, b"SIGNUP_TAG:ada"), (EVE, b">REFUSED_TAG:taken"))
    assert not learned(Transport.UDP, (EVE, b"hello"), (EVE, b">ada joined!"))


@pytest.mark.parametrize("pieces", [[b"ada\n"], [b"a", b"d", b"a", b"\r\n"], [b"!!\n", b"ada\n"]])
def test_a_tcp_client_has_the_name_that_got_it_in(pieces: list[bytes]) -> None:
    talk = [(ADA, b">NICK\n"), *((ADA, piece) for piece in pieces), (ADA, b">Connected to the server!\nbob: hi\n")]
    assert learned(Transport.TCP, *talk) == {ADA: "ada"}


def test_a_member_called_room_is_not_the_room() -> None:
    assert learned(Transport.UDP, (EVE, b"SIGNUP_TAG:room"), (EVE, b">room joined!")) == {EVE: "room (a member)"}


def test_the_room_is_in_the_middle() -> None:
    assert columns(["room", "ada"]) == ("ada", "room")
    assert columns(["ada", "room", "bob", "ada", "carol"]) == ("ada", "bob", "room", "carol")
    assert columns(["sender", "receiver"]) == ("sender", "receiver")
