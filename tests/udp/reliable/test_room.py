"""Reliable rooms and clients on real sockets."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from chatlab.bench.storm import ANY_RATE, TIMING, WEATHER, plain_talk, reliable_talk
from chatlab.room.errors import NobodyAnswers, Refusal
from chatlab.room.events import Event, Gone, Joined, Refused, Said
from chatlab.udp import client, client_stay, membership
from chatlab.udp.client import UdpClient
from chatlab.udp.membership import Outcome
from chatlab.udp.reliable import member as reliable_member
from chatlab.udp.reliable.stop_and_wait import Timing
from chatlab.udp.server import UdpServer
from chatlab.weather.fate import FAIR, Conditions, Weather
from chatlab.weather.relay import WeatherRelay

from ...programs import LIMIT, Program
from ...systems import SLOWER
from ...waiting import Heard
from ..voice import stay_of

HASTY = Timing(first=0.02, longest=0.1, tries=5)
BLACK_HOLE = Weather.both_ways(Conditions(loss=1))


@pytest.fixture
def room() -> Iterator[UdpServer]:
    with UdpServer(port=0, reliable=True, limits=ANY_RATE, timing=TIMING) as room:
        yield room


def reliable(
    nickname: str, server: UdpServer | WeatherRelay, ears: Heard[Event] | None = None, timing: Timing = TIMING
) -> UdpClient:
    return UdpClient(nickname, server, on_event=ears or Heard(), reliable=True, timing=timing)


def near(part: int, whole: int, probability: float) -> bool:
    """Whether `part` of `whole` is what the probability makes likely: within four standard deviations."""
    return abs(part - whole * probability) < 4 * math.sqrt(whole * probability * (1 - probability))


def test_the_plain_room_loses_repeats_and_swaps_what_the_network_does() -> None:
    said = int(10_000 / SLOWER)
    talk = plain_talk(said, seed=7, limit=60 * SLOWER)
    for counts in talk.counts.values():
        crossed = counts.passed + counts.lost
        assert counts.dropped == 0
        assert near(counts.lost, crossed, 0.3)
        assert near(counts.repeated, counts.passed, 0.1)
        assert near(counts.reordered, counts.passed, 0.2)
    # A message comes back if one of its copies does: there and back, with one repeat in ten each way.
    arrives = 0.7 * (0.9 * 0.7 + 0.1 * (1 - 0.3**2))
    assert near(len(set(talk.heard)), said, arrives)
    assert sum(earlier > later for earlier, later in pairwise(talk.heard)) > said / 100


def test_the_reliable_room_brings_everything_once_and_in_order() -> None:
    said = int(1000 / SLOWER)
    talk = reliable_talk(said, seed=7, limit=60 * SLOWER)
    for heard in talk.heard:
        assert heard == list(range(said))


def test_a_plain_client_in_a_reliable_room_is_told(room: UdpServer) -> None:
    with pytest.raises(Refusal, match="^reliable room: join it with --reliable$"):
        UdpClient("ada", room).start()


def test_a_reliable_client_in_a_plain_room_is_told() -> None:
    with (
        UdpServer(port=0) as plain,
        pytest.raises(Refusal, match="^plain room: join it without --reliable$"),
    ):
        reliable("ada", plain).start()


def test_a_nickname_that_is_taken_and_one_that_is_free_again(room: UdpServer) -> None:
    with reliable("ada", room):
        with pytest.raises(Refusal, match="^taken: "):
            reliable("ADA", room).start()
    with reliable("ada", room) as ada:
        assert room.nicknames == (ada.nickname,)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "PATIENCE", 0.1)
    with UdpServer(port=0) as there, WeatherRelay(there, weather=BLACK_HOLE) as relay:
        with pytest.raises(NobodyAnswers, match="nobody answers at 127.0.0.1:"):
            reliable("ada", relay).start()


def test_the_limit_is_that_of_the_plain_room(room: UdpServer) -> None:
    ears, text = Heard[Event](), "é" * 512
    with reliable("ada", room, ears) as ada:
        ada.say(text)
        assert ears.wait_for(lambda event: isinstance(event, Said)) == Said("ada", text)
        ada.say(text + "!")
        assert ears.wait_for(lambda event: isinstance(event, Refused)) == Refused("a message has at most 1024 bytes")


@pytest.mark.parametrize("by", ["the user", "a handler"])
def test_the_last_words_arrive_though_the_client_is_closed_at_once(room: UdpServer, by: str) -> None:
    ears = Heard[Event]()
    words = [str(number) for number in range(20)]
    with WeatherRelay(room, weather=WEATHER, seed=3) as relay, reliable("bob", room, ears) as bob:
        ada = reliable("ada", relay)
        if by == "a handler":
            closed = threading.Event()

            def leave(event: Event) -> None:
                if event == Said("bob", "go"):
                    for word in words:
                        ada.say(word)
                    ada.close()
                    closed.set()

            ada.on_event = leave
            ada.start()
            bob.say("go")
            assert closed.wait(LIMIT)
        else:
            ada.start()
            for word in words:
                ada.say(word)
            ada.close()
        ears.wait_for(lambda event: event == Said("ada", words[-1]))
        heard = [event.text for event in ears.all if isinstance(event, Said) and event.nickname == "ada"]
        assert heard == words
        assert room.nicknames == ("bob",)


def test_a_goodbye_that_nobody_answers_is_bounded(room: UdpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with WeatherRelay(room) as relay:
        ada = reliable("ada", relay).start()
        monkeypatch.setattr(membership, "PATIENCE", 0.2)
        relay.weather = BLACK_HOLE
        ada.say("does anybody hear me?")
        started = time.monotonic()
        ada.close()
        ada.close()
        assert 0.1 < time.monotonic() - started < 2 * SLOWER


def test_a_goodbye_from_a_handler_is_bounded_too(room: UdpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network loses nothing more and yet gets nowhere: only LINGER ends it."""
    monkeypatch.setattr(client_stay, "LINGER", 0.2)
    monkeypatch.setattr(membership, "PATIENCE", LIMIT)
    closed = threading.Event()
    with WeatherRelay(room) as relay:

        def leave(event: Event) -> None:
            if event == Said("ada", "go"):
                relay.weather = BLACK_HOLE
                ada.close()
                closed.set()

        patient = Timing(first=0.1, longest=0.1, tries=1000)
        ada = UdpClient("ada", relay, on_event=leave, reliable=True, timing=patient).start()
        ada.say("go")
        assert closed.wait(LIMIT / 2)
        stay_of(ada)._thread.join(LIMIT)


def test_a_client_that_a_handler_closes_keeps_no_other_thread_waiting(
    room: UdpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = threading.Event()

    class Member(reliable_member.ReliableMember):
        def sign_out(self) -> Outcome:
            leaving.set()
            return super().sign_out()

    monkeypatch.setattr(client, "ReliableMember", Member)
    with WeatherRelay(room) as relay:

        def leave(event: Event) -> None:
            if event == Said("ada", "go"):
                relay.weather = BLACK_HOLE
                ada.close()

        patient = Timing(first=0.1, longest=0.1, tries=1000)
        ada = UdpClient("ada", relay, on_event=leave, reliable=True, timing=patient).start()
        ada.say("go")
        assert leaving.wait(LIMIT)
        started = time.monotonic()
        with pytest.raises(Refusal, match="not in the room"):
            ada.say("is it me you are waiting for?")
        assert time.monotonic() - started < 2 * SLOWER
        relay.weather = FAIR
        ada.close()
        stay_of(ada)._thread.join(LIMIT)


def test_both_sides_give_up_and_say_so() -> None:
    left = threading.Event()
    ears = Heard[Event]()

    def log(line: str) -> None:
        if line == "ada left: acknowledges nothing any more (1 here)":
            left.set()

    with (
        UdpServer(port=0, reliable=True, timing=HASTY, log=log) as room,
        WeatherRelay(room) as relay,
        reliable("bob", room) as bob,
    ):

        def listen(event: Event) -> None:
            """When she has given up, the weather turns fair, before she tries again and gives up for good."""
            if isinstance(event, Gone) and left.wait(LIMIT):
                relay.weather = Weather()
            ears(event)

        with UdpClient("ada", relay, on_event=listen, reliable=True, timing=HASTY) as ada:
            ears.next(Joined("ada"))
            relay.weather = BLACK_HOLE
            bob.say("are you there?")
            ada.say("is anybody there?")
            gone = ears.next(Gone)
            assert isinstance(gone, Gone)
            assert gone.reason.startswith("gave up: message 1 was sent 5 times and never acknowledged; 1 of your last")
            assert left.is_set()
            ears.next(Joined("ada"))  # by itself


def test_a_room_that_closes_and_opens_again_takes_its_members_back(room: UdpServer) -> None:
    """Without the relay, an acknowledgement of hers could meet a closed port before she reads the room's last word."""
    ears = Heard[Event]()
    with WeatherRelay(room) as relay, reliable("ada", relay, ears) as ada:
        ears.next(Joined("ada"))
        room.close()
        assert ears.next(Gone) == Gone("the room is closing; trying to get in again")
        room.start()
        ears.next(Joined("ada"))
        ada.say("here we are")
        ears.wait_for(lambda event: event == Said("ada", "here we are"))


def test_the_programs() -> None:
    with Program("-m", "chatlab.udp.server", "--port", "0", "--reliable") as server:
        address = server.wait_for_line("Join it: python -m chatlab.udp.client --reliable --host").split()[-4:]
        with Program("-m", "chatlab.udp.client", "--reliable", *address, "--nick", "ada") as ada:
            ada.type("hello\n")
            ada.wait_for_line("ada: hello")
            ada.type("!q\n")
            assert ada.wait() == 0
        server.wait_for_line("ada left: signed out")
        with Program("-m", "chatlab.udp.client", *address, "--nick", "bob") as bob:
            bob.end_input()
            assert bob.wait() == 2
            assert bob.errors == "reliable room: join it with --reliable\n"
