"""Every way to a dead room: each ends in words, without anybody closing the room, and leaves nothing.

The members are told, `running` is false, `failure` says why, all threads have ended, and the room can be opened again
on its port.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from chatlab.room.addresses import Address
from chatlab.room.errors import CantListen, NoThreadLeft, in_words
from chatlab.room.events import Event, Gone, Joined, Said
from chatlab.service.service import Service
from chatlab.tcp.models.serving import MODELS
from chatlab.tcp.server import TcpServer
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.udp.sockets.room_socket import RoomSocket
from chatlab.weather.relay import WeatherRelay

from ..programs import LIMIT
from ..waiting import Heard, no_thread_is_left, no_thread_left_after

__all__ = ["no_thread_is_left"]

pytestmark = pytest.mark.usefixtures("services_may_fail")

Log = Callable[[str], None]
Way = Callable[[pytest.MonkeyPatch, BaseException], None]
BUG = ZeroDivisionError("division by zero")
FULL_DISK = OSError(28, "No space left on device")
LAST_WORD = "die!"  # what each way waits for


def fail_at(owner: type, method: str, is_time: Callable[..., bool]) -> Way:
    """`owner.method` fails, before it does anything, when it is called with what `is_time` waits for."""

    def arrange(patch: pytest.MonkeyPatch, error: BaseException) -> None:
        real = getattr(owner, method)

        def fail(*arguments: Any, **options: Any) -> Any:
            if is_time(*arguments):
                raise error
            return real(*arguments, **options)

        patch.setattr(owner, method, fail)

    return arrange


def fail_after_receiving(patch: pytest.MonkeyPatch, error: BaseException) -> None:
    real = RoomSocket.receive_all

    def receive_all(sock: RoomSocket, *, wait: bool) -> Iterator[tuple[bytes, Address]]:
        for datagram, address in real(sock, wait=wait):
            if LAST_WORD.encode() in datagram:
                raise error
            yield datagram, address

    patch.setattr(RoomSocket, "receive_all", receive_all)


def has_last_word(room: UdpServer, batch: Any) -> bool:
    return any(LAST_WORD.encode() in datagram for datagram, _ in batch.arrivals)


def open_udp(log: Log) -> UdpServer:
    return UdpServer(port=0, log=log)


def open_reliable(log: Log) -> UdpServer:
    return UdpServer(port=0, reliable=True, log=log)


def join_udp(room: Any, nickname: str, ear: Callable[[Event], None]) -> UdpClient:
    return UdpClient(nickname, room, on_event=ear)


def join_reliable(room: Any, nickname: str, ear: Callable[[Event], None]) -> UdpClient:
    return UdpClient(nickname, room, on_event=ear, reliable=True)


ROOMS = {"udp": (open_udp, join_udp), "udp reliable": (open_reliable, join_reliable)}
WAYS: dict[str, dict[str, Way]] = {
    room: {
        "the receiving thread": fail_after_receiving,
        "the broadcasting thread": fail_at(UdpServer, "_handle", has_last_word),
    }
    for room in ("udp", "udp reliable")
}
ROOM_THREADS = ("udp-receive", "udp-broadcast")
# How many threads each starts with.
THREADS = {"udp": 2, "udp reliable": 2}


def wait_for_the_end(service: Service) -> None:
    """Not by close(): whoever opened it does not know that it has failed."""
    for thread in threading.enumerate():
        if thread.name.startswith("weather-relay" if isinstance(service, WeatherRelay) else ROOM_THREADS):
            thread.join(LIMIT)
            assert not thread.is_alive(), thread.name
    assert not service.running


@pytest.mark.parametrize("error", [BUG, SystemExit(3)], ids=repr)
@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind in WAYS for way in WAYS[kind]])
def test_a_bug_in_a_thread_ends_the_room_in_words(
    kind: str, way: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_room, join = ROOMS[kind]
    log: Heard[str] = Heard()
    ear: Heard[Event] = Heard()
    room = open_room(log)
    with monkeypatch.context() as patch:
        WAYS[kind][way](patch, error)
        room.start()
        with join(room, "bob", ear) as bob:
            bob.say(LAST_WORD)
            ear.next(Gone)
            wait_for_the_end(room)
    assert (room.failure, room.nicknames, room.state) == (error, (), "failed")
    assert f"the room has failed: {in_words(error)}" in log.all
    opens_again(kind, room)


@pytest.mark.parametrize("error", [FULL_DISK, SystemExit(3), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("kind", ROOMS)
def test_a_log_that_raises_ends_the_room_and_the_step_goes_on(kind: str, error: BaseException) -> None:
    open_room, join = ROOMS[kind]
    ears: dict[str, Heard[Event]] = {"ada": Heard(), "bob": Heard()}
    lines: list[str] = []

    def log(line: str) -> None:
        lines.append(line)
        if line.startswith("bob joined"):
            raise error

    room = open_room(log).start()
    with join(room, "ada", ears["ada"]), join(room, "bob", ears["bob"]):
        ears["ada"].next(Joined("bob"))
        for ear in ears.values():
            ear.next(Gone)
        wait_for_the_end(room)
    assert room.failure is error
    assert f"the room has failed: {in_words(error)}" in lines
    opens_again(kind, room)


@pytest.mark.parametrize(("kind", "threads"), [(kind, n) for kind, most in THREADS.items() for n in range(most)])
def test_a_start_without_a_thread_left_leaves_nothing(kind: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    room = ROOMS[kind][0](lambda line: None)
    with monkeypatch.context() as patch:
        no_thread_left_after(patch, threads)
        with pytest.raises(NoThreadLeft):
            room.start()
    assert not room.running
    opens_again(kind, room)


@pytest.mark.parametrize("kind", ROOMS)
def test_a_start_on_a_taken_port_leaves_nothing(kind: str) -> None:
    first = ROOMS[kind][0](lambda line: None)
    second = ROOMS[kind][0](lambda line: None)
    with first:
        second._port = first.address[1]
        with pytest.raises(CantListen):
            second.start()
        assert not second.running
    opens_again(kind, second)


def opens_again(kind: str, room: Any) -> None:
    """On the same port, if it has had one."""
    port = room.address[1]
    ear: Heard[Event] = Heard()
    with room, ROOMS[kind][1](room, "cyd", ear) as cyd:
        assert room.failure is None
        assert port in (0, room.address[1])
        cyd.say("hi")
        ear.next(Said("cyd", "hi"))


def fail_to_relay(patch: pytest.MonkeyPatch) -> None:
    def fail(relay: WeatherRelay) -> None:
        raise BUG

    patch.setattr(WeatherRelay, "_hear_clients", fail)


def send_to(relay: WeatherRelay) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"SIGNUP_TAG:eve", relay.address)


def relay_through(relay: WeatherRelay, nickname: str = "ada") -> None:
    with UdpClient(nickname, relay) as client:
        client.say("hi")
        assert Said(nickname, "hi") in iter(client)


def test_a_bug_in_the_relay_ends_it_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    log: Heard[str] = Heard()
    with UdpServer(port=0) as room:
        relay = WeatherRelay(room, log=log)
        with monkeypatch.context() as patch:
            fail_to_relay(patch)
            relay.start()
            send_to(relay)
            wait_for_the_end(relay)
        assert (relay.running, relay.failure, relay.state) == (False, BUG, "failed")
        assert "the weather relay has failed: ZeroDivisionError: division by zero" in log.all
        with relay:
            relay_through(relay)


@pytest.mark.parametrize("error", [BUG, SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_a_log_or_an_on_fate_of_the_relay_that_raises_ends_it(error: BaseException) -> None:
    def fail(what: object) -> None:
        if "comes from" in str(what) or not isinstance(what, str):
            raise error

    with UdpServer(port=0) as room:
        # Each with a client of its own: the goodbye of the first one may be on its way when the relay is closed.
        for nickname, options in (("ada", {"log": fail}), ("bob", {"on_fate": fail})):
            relay = WeatherRelay(room, **options).start()  # type: ignore[arg-type]
            send_to(relay)
            wait_for_the_end(relay)
            assert relay.failure is error
            relay.on_fate, relay._log = None, lambda line: None
            with relay:
                relay_through(relay, nickname)


def test_a_relay_without_a_thread_left_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with UdpServer(port=0) as room:
        relay = WeatherRelay(room)
        with monkeypatch.context() as patch:
            no_thread_left_after(patch, 0)
            with pytest.raises(NoThreadLeft):
                relay.start()
        assert not relay.running
        with relay:
            relay_through(relay)


SERVICES: dict[str, Callable[[], Service]] = {
    "udp": lambda: UdpServer(port=0),
    "relay": lambda: WeatherRelay(("127.0.0.1", 9)),
    **{f"tcp {model}": partial(TcpServer, port=0, model=model) for model in MODELS},
}


def close_in_time(service: Service, closers: int = 1) -> None:
    """From so many threads at once."""
    closing = [threading.Thread(target=service.close, daemon=True) for _ in range(closers)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join(LIMIT)
        assert not thread.is_alive(), f"it hangs; there are {[thread.name for thread in threading.enumerate()]}"


@pytest.mark.parametrize("closers", [1, 3])
@pytest.mark.parametrize("kind", SERVICES)
def test_it_closes_directly_after_its_start(kind: str, closers: int) -> None:
    service = SERVICES[kind]()
    before = threading.active_count()
    for _ in range(30):
        service.start()
        close_in_time(service, closers)
        assert (service.running, service.failure, threading.active_count()) == (False, None, before)


@pytest.mark.parametrize(
    ("kind", "late"),
    [
        ("udp", "udp-receive"),
        ("udp", "udp-broadcast"),
        ("relay", "weather-relay"),
        ("tcp threads", "tcp-accept"),
        ("tcp threads", "tcp-send"),
        ("tcp selectors", "tcp-selectors"),
        ("tcp asyncio", "tcp-asyncio"),
    ],
)
def test_it_closes_though_one_of_its_threads_begins_only_then(
    kind: str, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve_late(service: Service, *arguments: Any) -> None:
        if threading.current_thread().name == late:
            assert stopped.wait(LIMIT)
        serve(service, *arguments)

    def stop_and_say_so() -> None:
        stop()
        stopped.set()

    stopped = threading.Event()
    service = SERVICES[kind]()
    serve, stop = Service._serve, service._stop
    monkeypatch.setattr(Service, "_serve", serve_late)
    monkeypatch.setattr(service, "_stop", stop_and_say_so)
    service.start()
    close_in_time(service)
    assert service.failure is None


@pytest.mark.parametrize("kind", SERVICES)
def test_whoever_closes_it_or_makes_it_fail_at_once_it_ends_and_opens_again(kind: str) -> None:
    service = SERVICES[kind]()
    before = threading.active_count()
    for _ in range(20):
        service.start()
        ends = [threading.Thread(target=end) for end in (service.close, lambda: service._fail(BUG), service.close)]
        for thread in ends:
            thread.start()
        for thread in ends:
            thread.join(LIMIT)
            assert not thread.is_alive()
        service.close()
        assert (service.running, threading.active_count()) == (False, before)
