"""The server on real sockets: what it promises under faults, and how it starts and stops."""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import ExitStack

import pytest

from chatlab.room.errors import CantListen, Refusal
from chatlab.room.events import Event, Joined, Said
from chatlab.trace import Trace
from chatlab.udp.client import UdpClient
from chatlab.udp.delivery import Delivery
from chatlab.udp.server import UdpServer
from chatlab.udp.sockets import wildcard_socket
from tests.systems import SLOWER, not_here

from ..waiting import Heard
from .voice import Voice, healthy_talk, stay_of

on_linux = not_here(sys.platform != "linux", "only Linux tells a server whose port is closed")


def test_everybody_hears_everything(room: UdpServer) -> None:
    with Voice(room.address, "ada") as ada, Voice(room.address, "bob") as bob:
        ada.say("hi")
        bob.hears("ada: hi")
        bob.say("hello")
        ada.hears("bob: hello")
        bob.send(b"SIGNOUT_TAG:")
        ada.hears("bob left!")
        bob.hears("bob: hello")
        assert ada.words() == [b"ada joined!", b"bob joined!", b"ada: hi", b"bob: hello", b"bob left!"]
        assert bob.words() == [b"bob joined!", b"ada: hi", b"bob: hello"]


def test_the_datagrams_of_the_original_client_work_unchanged(room: UdpServer) -> None:
    with Voice(room.address, "ada") as ada, Voice(room.address) as original:
        original.send(b"SIGNUP_TAG:tim")
        original.hears("tim joined!")
        original.send(b"tim: hello")
        ada.hears("tim: hello")
        assert ada.words()[-2:] == [b"tim joined!", b"tim: hello"]


def test_text_of_1024_bytes_arrives_whole_and_longer_text_is_refused(room: UdpServer) -> None:
    with Voice(room.address, "ada") as ada, Voice(room.address, "bob") as bob:
        ada.say("x" * 1024)
        bob.hears("ada: " + "x" * 1024)
        ada.say("y" * 1025)
        ada.hears("REFUSED_TAG:a message has at most 1024 bytes")
        bob.send(b"z" * 65_507)
        bob.hears("REFUSED_TAG:a message has at most 1024 bytes")
        ada.say("end")
        bob.hears("ada: end")
        assert len(bob.words()) == 4


def test_the_room_knows_who_is_here_and_what_it_carried(room: UdpServer) -> None:
    with Voice(room.address, "ada"), Voice(room.address, "bob") as bob:
        assert room.nicknames == ("ada", "bob")
        bob.say("hi")
        bob.hears("bob: hi")
        bob.send(b"")
        bob.say("the datagrams before this one have been counted")
        bob.hears(lambda datagram: b"counted" in datagram)
        assert (room.counts.received, room.counts.dropped) == (5, 0)
        assert room.counts.sent >= 5  # the last ones may still be on their way to the counter


def test_every_arrival_and_every_leaving_is_logged_once() -> None:
    lines: list[str] = []
    with UdpServer(port=0, log=lines.append) as room, Voice(room.address, "ada") as ada:
        ada.send(b"SIGNOUT_TAG:")
        with Voice(room.address, "bob"):
            pass
    assert lines[:3] == [
        f"ada joined from 127.0.0.1:{ada_port(lines)} (1 here)",
        "ada left: signed out (0 here)",
        lines[2],
    ]
    assert lines[2].startswith("bob joined from 127.0.0.1:")
    assert len(lines) == 4


def ada_port(lines: list[str]) -> str:
    return lines[0].partition(":")[2].partition(" ")[0]


@on_linux
@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
def test_who_ends_without_a_goodbye_gets_its_nickname_back_at_once(reliable: bool) -> None:
    """In a quiet room, where nothing else would find out that the old port is closed."""
    with UdpServer(port=0, reliable=reliable) as room:
        for _ in range(5):
            killed = UdpClient("ada", room, reliable=reliable).start()
            kill(killed)
            with UdpClient("ada", room, reliable=reliable):
                assert room.nicknames == ("ada",)


def kill(client: UdpClient) -> None:
    """Close its socket as if its process had ended: the room is told nothing."""
    stay = stay_of(client)
    with stay._changed:
        stay.is_over = True
    stay._thread.join()
    stay._socket.close()


@on_linux
def test_a_port_that_is_known_to_be_closed_is_dealt_with_before_the_sign_up_that_comes_next() -> None:
    with UdpServer(port=0) as room, Voice(room.address, "bob") as bob:
        for number in range(40):
            with Voice(room.address, "ada"):
                pass
            bob.say(str(number))  # finds the closed port
            with Voice(room.address, "ada") as ada:
                ada.send(b"SIGNOUT_TAG:")
                bob.hears_times(2 * (number + 1), lambda word: word == b"ada left!")


def test_a_nickname_whose_holder_is_there_is_refused_soon_and_the_holder_notices_nothing(room: UdpServer) -> None:
    with UdpClient("ada", room) as ada, UdpClient("bob", room):
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(Refusal, match=r"^taken: that nickname, or one that looks like it$"):
                UdpClient("ADA", room).start()
            assert time.monotonic() - started < 1 * SLOWER
        ada.say("I am here")
        assert room.nicknames == ("ada", "bob")
        heard = []
        for event in ada:
            heard.append(event)
            if isinstance(event, Said):
                break
        assert heard == [Joined("ada"), Joined("bob"), Said("ada", "I am here")]


def test_what_the_system_does_not_take_is_not_counted_as_sent(room: UdpServer) -> None:
    with Voice(room.address, "ada") as ada:
        before = room.counts.sent
        room._send([Delivery(b"x" * 70_000, (ada.address,)), Delivery(b"y", (ada.address,))])
        assert room.counts.sent == before + 1


@on_linux
@pytest.mark.parametrize(
    ("host", "reached_at"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::1"), ("::", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")],
)
def test_a_member_whose_port_is_closed_leaves_and_nothing_is_lost_to_the_others(host: str, reached_at: str) -> None:
    with ExitStack() as stack:
        room = stack.enter_context(UdpServer(host, 0))
        address = (reached_at, room.address[1])
        ada, bob = (stack.enter_context(Voice(address, name)) for name in ("ada", "bob"))
        for number in range(10):
            with Voice(address, f"gone-{number}"):
                pass
        for number in range(20):
            ada.say(str(number))
            bob.say(str(number))
        for voice in (ada, bob):
            voice.hears("bob: 19")
            said = {f"{name}: {number}".encode() for name in ("ada", "bob") for number in range(20)}
            assert said <= set(voice.words())
        for number in range(10):
            ada.hears(f"gone-{number} left!")
        assert room.nicknames == ("ada", "bob")


def test_a_closed_port_ends_nothing(room: UdpServer) -> None:
    with healthy_talk(room.address) as (ada, _):
        for number in range(20):
            with Voice(room.address, f"gone-{number}"):
                pass
            ada.say(f"after {number}")
            ada.hears(f"healthy-ada: after {number}")


@on_linux
@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_room_on_all_addresses_answers_from_the_one_that_was_asked(host: str, reliable: bool) -> None:
    """A client's socket drops what comes from another one. Not elsewhere: see chatlab.udp.sockets.wildcard_socket."""
    ears: list[Heard[Event]] = [Heard(), Heard(), Heard()]
    with UdpServer(host, 0, reliable=reliable) as room, ExitStack() as stack:
        for number, ear in enumerate(ears):
            address = (f"127.0.0.{number + 1}", int(room.address[1]))
            client = UdpClient(f"c{number}", address, on_event=ear, reliable=reliable)
            stack.enter_context(client)
        client.say("hi")
        for ear in ears:
            ear.next(Said("c2", "hi"))


@on_linux
def test_a_traced_room_on_all_addresses_shows_what_crosses() -> None:
    trace = Trace()
    with UdpServer("0.0.0.0", 0, trace=trace) as room, UdpClient("bob", ("127.0.0.2", room.address[1])):
        pass
    assert {record.data.rstrip() for record in trace.snapshot().records} >= {b"SIGNUP_TAG:bob", b"bob joined!"}


@on_linux
def test_a_port_that_closes_ends_nobody_who_asked_another_address_of_the_room() -> None:
    """The error of a closed port hits the next datagram. Its repeat comes from the address that its reader asked."""
    ear: Heard[Event] = Heard()
    with UdpServer("0.0.0.0", 0) as room, ExitStack() as stack:
        here, there = (("127.0.0.1", int(room.address[1])), ("127.0.0.2", int(room.address[1])))
        with ExitStack() as gone:
            for number in range(10):
                gone.enter_context(Voice(here, f"gone-{number}"))
            stack.enter_context(UdpClient("bob", there, on_event=ear))
            ada = stack.enter_context(Voice(here, "ada"))
        for number in range(10):
            ada.say(str(number))
            ear.next(Said("ada", str(number)))
        for number in range(10):
            ada.hears(f"gone-{number} left!")
        assert room.nicknames == ("bob", "ada")


@on_linux
def test_strangers_however_many_make_no_member_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildcard_socket, "MOST_STRANGERS", 2)
    ear: Heard[Event] = Heard()
    with UdpServer("0.0.0.0", 0) as room, ExitStack() as stack:
        here, there = (("127.0.0.1", int(room.address[1])), ("127.0.0.2", int(room.address[1])))
        stack.enter_context(UdpClient("bob", there, on_event=ear))
        ada = stack.enter_context(Voice(here, "ada"))
        for _ in range(10):
            stranger = stack.enter_context(Voice(here))
            stranger.send(b"anything at all that is long enough")
            stranger.hears(lambda datagram: datagram.startswith(b"REFUSED_TAG:"))
        ada.say("hi")
        ear.next(Said("ada", "hi"))


def test_closing_tells_each_member_its_own_leaving_alone_and_stops_everything() -> None:
    room = UdpServer(port=0).start()
    with Voice(room.address, "ada") as ada, Voice(room.address, "bob") as bob:
        room.close()
        ada.hears("ada left!")
        bob.hears("bob left!")
        assert b"bob left!" not in ada.words()
        assert (room.running, room.nicknames) == (False, ())
        assert not [thread.name for thread in threading.enumerate() if thread.name in ("udp-receive", "udp-broadcast")]
        room.close()


def test_a_room_that_was_never_opened_can_be_closed() -> None:
    UdpServer(port=0).close()


def test_a_room_that_is_open_is_not_opened_twice(room: UdpServer) -> None:
    port = room.address[1]
    assert room.start() is room
    assert room.address[1] == port


def test_a_room_opens_again_on_the_same_port_at_once(room: UdpServer) -> None:
    address = room.address
    for _ in range(5):
        with healthy_talk(address):
            pass
        room.close()
        room.start()
        assert room.address == address
    room.close()
    with UdpServer(*address[:2]) as other, Voice(other.address, "ada"):
        assert other.nicknames == ("ada",)


def test_a_port_in_use_is_named_and_the_room_can_still_be_opened_later(room: UdpServer) -> None:
    second = UdpServer(port=int(room.address[1]))
    with pytest.raises(CantListen, match="is taken"):
        second.start()
    assert not second.running
    room.close()
    with second, Voice(second.address, "ada"):
        pass


def test_a_room_on_all_addresses_is_reached_at_one_of_this_machine() -> None:
    with UdpServer("0.0.0.0", 0) as room, Voice(("127.0.0.1", room.address[1]), "ada") as ada:
        assert room.address[0] != "0.0.0.0"
        with UdpClient("bob", room):
            ada.hears("bob joined!")


def test_an_address_outside_the_room_hears_nothing_and_a_member_that_left_neither(room: UdpServer) -> None:
    with Voice(room.address, "ada") as ada, Voice(room.address) as stranger, Voice(room.address, "bob") as bob:
        bob.send(b"SIGNOUT_TAG:")
        ada.hears("bob left!")
        for datagram in (b"hi", b"", b"SIGNOUT_TAG:", b"ada: hi"):
            stranger.send(datagram)
        ada.say("secret")
        ada.hears("ada: secret")
        stranger.send(b"hello, is anybody here?")
        stranger.hears("REFUSED_TAG:sign up fir")
        assert stranger.words() == [b"REFUSED_TAG:", b"REFUSED_TAG:sign up fir"]
        assert bob.words() == [b"bob joined!"]


def test_with_prove_address_a_client_gets_in_and_a_bare_sign_up_does_not() -> None:
    with UdpServer(port=0, prove_address=True) as room, Voice(room.address) as bare:
        bare.send(b"SIGNUP_TAG:tim".ljust(128))
        challenge = bare.hears(lambda datagram: datagram.startswith(b"PROVE_TAG:"))
        with UdpClient("ada", room):
            assert room.nicknames == ("ada",)
            token = challenge.removeprefix(b"PROVE_TAG:")
            bare.send(b"SIGNUP_TAG:tim " + token)
            bare.hears("tim joined!")


def test_threads_and_sockets_of_many_rooms_are_all_gone_when_they_are_closed() -> None:
    with ExitStack() as stack:
        rooms = [stack.enter_context(UdpServer(port=0)) for _ in range(20)]
        for room in rooms:
            stack.enter_context(UdpClient("ada", room))
    for room in rooms:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", room.address[1]))
