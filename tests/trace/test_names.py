"""Who is who, where only the server is watched."""

from __future__ import annotations

import tracemalloc

import pytest

from chatlab.room.addresses import Address
from chatlab.trace import names as names_module
from chatlab.trace.names import Names, columns
from chatlab.trace.records import Record, Snapshot, Step, Transport

ROOM, ADA, EVE = ("127.0.0.1", 9999), ("127.0.0.1", 8000), ("127.0.0.1", 8001)


def learned(transport: Transport, *steps: tuple[tuple[str, int], bytes]) -> dict[Address, str]:
    """The names at the end of a talk: of datagrams or pieces, each with the address that it comes from, or goes to.

    What comes from the room begins with ">". A step takes a second.
    """
    names = talk(transport, *steps)
    return {address: known[-1].name for address, known in names.known.items() if address != ROOM}


def talk(transport: Transport, *steps: tuple[tuple[str, int], bytes]) -> Names:
    names = Names()
    names.give(ROOM, "room")
    for time, (other, data) in enumerate(steps):
        ends = (ROOM, other) if data.startswith(b">") else (other, ROOM)
        step = Step.SENT if data else Step.CONNECTED
        names.learn(Record(time, step, transport, *ends, data.removeprefix(b">")))
    return names


def name_of(names: Names, address: Address, time: float) -> str | None:
    return Snapshot((), frozenset(), frozenset(), names.known).name_of(address, time)


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


def test_who_joins_meanwhile_gives_its_name_to_nobody_else() -> None:
    talk = [(ADA, b"SIGNUP_TAG:ada"), (ADA, b">ada joined!"), (ADA, b"SIGNUP_TAG:ada"), (ADA, b">eve joined!")]
    assert learned(Transport.UDP, *talk) == {ADA: "ada"}


def test_an_address_has_another_name_from_the_moment_when_another_member_signs_up_there() -> None:
    steps = [(ADA, b"SIGNUP_TAG:ada"), (ADA, b">ada joined!"), (ADA, b"SIGNOUT_TAG:")]
    steps += [(ADA, b"SIGNUP_TAG:bob"), (ADA, b">bob joined!"), (ADA, b"hi")]
    names = talk(Transport.UDP, *steps)
    assert [name_of(names, ADA, time) for time in range(6)] == ["ada"] * 3 + ["bob"] * 3


def test_a_port_that_connects_again_has_the_name_that_it_gives_then() -> None:
    steps = [(ADA, b""), (ADA, b"ada\n"), (ADA, b">Connected to the server!\n"), (ADA, b"hi\n")]
    steps += [(ADA, b""), (ADA, b"bob\n"), (ADA, b">Connected to the server!\n")]
    names = talk(Transport.TCP, *steps)
    assert [name_of(names, ADA, time) for time in range(7)] == ["ada"] * 4 + ["bob"] * 3


def test_a_name_that_was_given_stays() -> None:
    names = Names()
    names.give(ADA, "my socket")
    for data in (b"SIGNUP_TAG:ada", b">ada joined!"):
        ends = (ROOM, ADA) if data.startswith(b">") else (ADA, ROOM)
        names.learn(Record(0, Step.SENT, Transport.UDP, *ends, data.removeprefix(b">")))
    assert name_of(names, ADA, 1) == "my socket"


@pytest.mark.parametrize("transport", Transport)
def test_what_strangers_say_takes_a_bounded_memory(transport: Transport) -> None:
    names = Names()
    piece = b"SIGNUP_TAG:" + b"x" * 10_000
    tracemalloc.start()
    for _ in range(300):
        names.learn(Record(0, Step.SENT, transport, EVE, ROOM, bytes(bytearray(piece))))
    assert tracemalloc.get_traced_memory()[0] < 100_000
    tracemalloc.stop()


def test_those_who_come_and_go_for_ever_take_a_bounded_memory_and_not_the_rooms_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names_module, "MAX_NAMES", 5)
    names = Names()
    names.give(ROOM, "room")
    for number in range(20):
        member, stranger = ("127.0.0.1", 8000 + number), ("127.0.0.1", 7000 + number)
        names.learn(Record(0, Step.SENT, Transport.UDP, stranger, ROOM, b"SIGNUP_TAG:eve"))
        names.learn(Record(0, Step.SENT, Transport.UDP, member, ROOM, b"SIGNUP_TAG:m%d" % number))
        names.learn(Record(0, Step.SENT, Transport.UDP, ROOM, member, b"m%d joined!" % number))
    assert set(names.known) == {ROOM, *(("127.0.0.1", 8000 + number) for number in range(15, 20))}
    assert len(names._joining) <= 5
    for number in range(200):
        for data in (b"SIGNUP_TAG:m%d" % number, b">m%d joined!" % number):
            ends = (ROOM, ADA) if data.startswith(b">") else (ADA, ROOM)
            names.learn(Record(0, Step.SENT, Transport.UDP, *ends, data.removeprefix(b">")))
    assert len(names.known[ADA]) < 20


def test_a_member_called_room_is_not_the_room() -> None:
    assert learned(Transport.UDP, (EVE, b"SIGNUP_TAG:room"), (EVE, b">room joined!")) == {EVE: "room (a member)"}


def test_the_room_is_in_the_middle() -> None:
    assert columns(["room", "ada"]) == ("ada", "room")
    assert columns(["ada", "room", "bob", "ada", "carol"]) == ("ada", "bob", "room", "carol")
    assert columns(["sender", "receiver"]) == ("sender", "receiver")
