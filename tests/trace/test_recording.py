"""A trace attached to real servers, clients and relays; and what it keeps."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chatlab.room.events import Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.models.serving import Model
from chatlab.tcp.server import TcpServer
from chatlab.trace import Trace, recording
from chatlab.trace.records import Record, Step, Transport
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.fate import Conditions, Weather
from chatlab.weather.relay import WeatherRelay
from chatlab.weather.relayed import Crossing
from tests.systems import not_here

from ..waiting import Heard
from .scripts import PARTIES, Script

TALK = [
    "ada -> room SIGNUP_TAG:ada",
    "room -> ada ada joined!",
    "bob -> room SIGNUP_TAG:bob",
    "room -> ada bob joined!",
    "room -> bob bob joined!",
    "ada -> room hi",
    "room -> ada ada: hi",
    "room -> bob ada: hi",
    "bob -> room SIGNOUT_TAG:",
    "room -> ada bob left!",
    "ada -> room SIGNOUT_TAG:",
]


def rows(trace: Trace) -> list[str]:
    return [" ".join(row.split()[1:]) for row in str(trace).splitlines()[1:]]


def hear(client: UdpClient | TcpClient, text: str) -> None:
    """Wait until `client` hears `text`."""
    for event in client:
        if isinstance(event, Said) and event.text == text:
            return
    raise AssertionError(f"{client} never heard {text!r}")


@pytest.mark.parametrize(("at_server", "at_clients"), [(True, False), (False, True), (True, True)])
def test_a_udp_talk_is_the_same_wherever_it_is_watched(at_server: bool, at_clients: bool) -> None:
    trace = Trace()
    with (
        UdpServer(port=0, trace=trace if at_server else None) as room,
        UdpClient("ada", room, trace=trace if at_clients else None) as ada,
        UdpClient("bob", room, trace=trace if at_clients else None) as bob,
    ):
        ada.say("hi")
        hear(ada, "hi")
        hear(bob, "hi")
        bob.close()
        next(event for event in ada if "Left" in repr(event))
    shown = rows(trace)[: len(TALK)]  # then the room closes: it may say so to ada before it hears her sign off
    if not at_server:  # the clients' threads race each other
        assert sorted(shown) == sorted(TALK)
    else:
        assert shown == TALK


# Windows' asyncio gives the socket to the system, and calls none of its methods.
unseen = not_here(sys.platform == "win32", "asyncio reads and writes past what watches a socket")


@pytest.mark.parametrize("model", ["threads", "selectors", pytest.param("asyncio", marks=unseen)])
@pytest.mark.parametrize("at_client", [False, True])
def test_a_tcp_talk(model: Model, at_client: bool) -> None:
    trace = Trace()
    with (
        TcpServer(port=0, model=model, trace=trace) as room,
        TcpClient("bob", room) as bob,
        TcpClient("ada", room, trace=trace if at_client else None) as ada,
    ):
        bob.say("hi")
        hear(ada, "hi")
        ada.close()
    shown = rows(trace)
    for row in (
        "ada -> room (connects)",
        "room -> ada [NICK\\n]",
        "ada -> room [ada\\n]",
        "room -> ada [Connected to the server!\\n]",
        "bob -> room [hi\\n]",
        "room -> ada [bob: hi\\n]",
        "ada -> room (says no more)",
        "room -> ada (says no more)",
    ):
        assert row in shown, "\n".join(shown)
    assert not any("unread" in row for row in shown)


def stormy_talk(*, everywhere: bool) -> str:
    """What became of what ada said in bad weather."""
    trace = Trace()
    ends = trace if everywhere else None
    with (
        UdpServer(port=0, trace=ends) as room,
        WeatherRelay(room, seed=5, trace=trace) as relay,
        UdpClient("ada", relay, trace=ends) as ada,
    ):
        relay.on_fate = crossings = Heard[Crossing]()
        relay.weather = Weather(to_server=Conditions(loss=0.3, repeat=0.3, reorder=0.3))
        for number in range(8):
            ada.say(f"message {number}")
        crossings.wait_for(lambda crossing: crossing.datagram == b"message 7")
        relay.close()
    said = [row for row in rows(trace) if row.startswith("ada -> room message")]
    return "\n".join(row.partition(", arrives")[0] for row in said)


def test_a_fixed_seed_gives_the_same_fates_twice_and_from_wherever_it_is_watched() -> None:
    alone, again, everywhere = (stormy_talk(everywhere=everywhere) for everywhere in (False, False, True))
    assert {"lost", "again"} <= set(alone.split())
    assert alone == again == everywhere


def test_a_relay_is_no_party_and_what_it_carries_is_drawn_once() -> None:
    trace = Trace()
    with (
        UdpServer(port=0, trace=trace) as room,
        WeatherRelay(room, trace=trace) as relay,
        UdpClient("ada", relay, trace=trace) as ada,
    ):
        ada.say("hi")
        hear(ada, "hi")
    assert rows(trace)[:4] == [TALK[0], TALK[1], TALK[5], TALK[6]]
    assert trace.ladder.parties == ("ada", "room")


UNWATCHED = """
import sys
from chatlab.room.events import Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.models.serving import MODELS
from chatlab.tcp.server import TcpServer
from chatlab.udp.client import UdpClient
from chatlab.weather.relay import WeatherRelay
from chatlab.udp.server import UdpServer

def talk(room, ada, bob):
    with ada, bob:
        bob.say("hi")
        next(event for event in ada if isinstance(event, Said))

with UdpServer(port=0) as room, WeatherRelay(room) as relay:
    talk(room, UdpClient("ada", room), UdpClient("bob", relay))
for model in MODELS:
    with TcpServer(port=0, model=model) as room:
        talk(room, TcpClient("ada", room), TcpClient("bob", room))
print([module for module in sys.modules if module.startswith("chatlab.trace")])
"""


def test_what_nobody_watches_does_not_even_load_a_line_of_the_trace() -> None:
    """So it costs nothing: see `python -m chatlab.bench trace` for what watching costs."""
    ended = subprocess.run([sys.executable, "-c", UNWATCHED], check=True, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "[]\n"


def test_the_newest_records_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_RECORDS", 5)
    script = Script()
    for number in range(8):
        script.sent("ada", "room", b"%d" % number)
    assert [record.data for record in script.trace.snapshot().records] == [b"3", b"4", b"5", b"6", b"7"]


def test_the_memory_is_bounded_in_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_BYTES", 100)
    script = Script()
    for number in range(8):
        script.sent("ada", "room", b"%d" % number * 30)
    assert [record.data[:1] for record in script.trace.snapshot().records] == [b"5", b"6", b"7"]
    script.trace.clear()
    for number in range(3):
        script.sent("ada", "room", b"%d" % number * 30)
    assert [record.data[:1] for record in script.trace.snapshot().records] == [b"0", b"1", b"2"]


def test_after_a_clear_there_is_room_for_as_much_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MAX_BYTES", 100)
    script = Script().sent("ada", "room", b"x" * 90)
    script.trace.clear()
    script.sent("ada", "room", b"1" * 40).sent("ada", "room", b"2" * 40)
    assert [record.data[:1] for record in script.trace.snapshot().records] == [b"1", b"2"]


def test_clear_forgets_what_was_said_but_not_who_is_who() -> None:
    trace = Trace()
    ada, room = PARTIES["ada"], PARTIES["room"]
    trace.name(room, "room")
    for data, ends in ((b"SIGNUP_TAG:ada", (ada, room)), (b"ada joined!", (room, ada))):
        trace.add(Record(0, Step.SENT, Transport.UDP, *ends, data))
    trace.clear()
    trace.add(Record(1, Step.SENT, Transport.UDP, ada, room, b"hi"))
    assert rows(trace) == ["ada -> room hi"]
