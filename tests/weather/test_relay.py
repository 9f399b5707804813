"""The relay between sockets."""

from __future__ import annotations

import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from chatlab.room.addresses import Address
from chatlab.room.errors import CantListen, CantResolve
from chatlab.service import reachable
from chatlab.trace import Trace
from chatlab.udp.limits import Limits
from chatlab.udp.sockets import wildcard_socket
from chatlab.udp.sockets.room_socket import RoomSocket
from chatlab.weather import client_path
from chatlab.weather import in_flight as under_way
from chatlab.weather import relay as relay_module
from chatlab.weather.fate import FAIR, LOST, STORM, Conditions, Direction, Weather
from chatlab.weather.relay import WeatherRelay
from tests.systems import not_here

from .conftest import LIMIT, Crossings

NewSocket = Callable[[], socket.socket]
TO_SERVER, TO_CLIENT = Direction.TO_SERVER, Direction.TO_CLIENT
ALL_LOST = Weather.both_ways(Conditions(loss=1))


@pytest.mark.parametrize("datagram", [b"hi", b"", b"\xff\x00", bytes(65_507)], ids=["text", "empty", "bytes", "large"])
def test_fair_weather_changes_nothing(server: socket.socket, new_socket: NewSocket, datagram: bytes) -> None:
    client = new_socket()
    with WeatherRelay(server.getsockname()) as fair:
        client.sendto(datagram, fair.address)
        received, seen_at = server.recvfrom(65_507)
        server.sendto(datagram[::-1], seen_at)
        answered, by = client.recvfrom(65_507)
    assert (received, answered) == (datagram, datagram[::-1])
    assert by == fair.address


def test_the_server_sees_each_client_at_an_address_of_its_own(server: socket.socket, new_socket: NewSocket) -> None:
    ada, bob = new_socket(), new_socket()
    with WeatherRelay(server.getsockname()) as fair:
        for client, name in [(ada, b"ada"), (bob, b"bob"), (ada, b"ada")]:
            client.sendto(name, fair.address)
        seen = [server.recvfrom(100) for _ in range(3)]
        addresses = dict(seen)
        assert seen[0] == seen[2]
        assert addresses[b"ada"] != addresses[b"bob"]
        assert fair.clients == (ada.getsockname(), bob.getsockname())
        for name, address in addresses.items():
            server.sendto(b"for " + name, address)
        assert [ada.recv(100), bob.recv(100)] == [b"for ada", b"for bob"]


def test_a_stranger_cannot_speak_to_a_client_through_its_path(server: socket.socket, new_socket: NewSocket) -> None:
    client, stranger = new_socket(), new_socket()
    with WeatherRelay(server.getsockname()) as fair:
        client.sendto(b"hi", fair.address)
        _, seen_at = server.recvfrom(100)
        stranger.sendto(b"I am the server", seen_at)
        server.sendto(b"I am", seen_at)
        assert client.recv(100) == b"I am"


def test_a_relay_on_all_addresses_looks_up_its_own_once(
    server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    def look_up(host: str) -> str:
        looked_up.append(host)
        return "127.0.0.1"

    monkeypatch.setattr(reachable, "reachable_host", look_up)
    client, trace = new_socket(), Trace()
    with WeatherRelay(server.getsockname(), host="0.0.0.0", trace=trace) as fair:
        for _ in range(10):
            client.sendto(b"hi", ("127.0.0.1", fair.address[1]))
            server.recv(10)
        assert fair.address[0] == "127.0.0.1"
    assert looked_up == ["0.0.0.0"]
    assert len(trace.snapshot().records) == 10


def test_what_is_lost_does_not_arrive_and_is_counted(
    server: socket.socket, new_socket: NewSocket, crossings: Crossings
) -> None:
    client = new_socket()
    with WeatherRelay(server.getsockname(), weather=ALL_LOST, on_fate=crossings) as relay:
        client.sendto(b"lost", relay.address)
        assert crossings.wait_for_count(1)[0].fate == LOST
        relay.weather = FAIR  # which may change while it runs
        client.sendto(b"found", relay.address)
        assert server.recv(100) == b"found"
        counts = relay.counts[TO_SERVER]
        assert (counts.lost, counts.passed, counts.delayed) == (1, 1, 0)
        assert relay.counts[TO_CLIENT].passed == 0


def test_each_direction_has_its_own_weather(server: socket.socket, new_socket: NewSocket) -> None:
    client = new_socket()
    weather = Weather(to_server=Conditions(repeat=1), to_client=Conditions(delay=0.05, reorder=1))
    with WeatherRelay(server.getsockname(), weather=weather) as relay:
        client.sendto(b"twice", relay.address)
        _, seen_at = server.recvfrom(100)
        assert server.recv(100) == b"twice"
        server.sendto(b"late", seen_at)
        assert client.recv(100) == b"late"
        up, down = relay.counts[TO_SERVER], relay.counts[TO_CLIENT]
        assert (up.repeated, up.reordered, up.delayed) == (1, 0, 0)
        assert (down.repeated, down.reordered, down.delayed) == (0, 1, 1)


def test_a_delayed_datagram_takes_its_time(server: socket.socket, new_socket: NewSocket) -> None:
    client = new_socket()
    weather = Weather(to_server=Conditions(delay=0.2))
    with WeatherRelay(server.getsockname(), weather=weather) as relay:
        sent_at = time.monotonic()
        client.sendto(b"hi", relay.address)
        server.recv(100)
        assert 0.2 <= time.monotonic() - sent_at < 1


def test_the_same_seed_gives_the_same_fates_however_clients_mix(server: socket.socket, new_socket: NewSocket) -> None:
    decided = []
    for order in ((0, 1) * 50, (0,) + (1,) * 50 + (0,) * 49):
        crossings, clients = Crossings(), [new_socket(), new_socket()]
        with WeatherRelay(server.getsockname(), weather=STORM, seed=7, on_fate=crossings) as relay:
            for number, which in enumerate(order):
                clients[which].sendto(b"%d says" % which, relay.address)
                crossings.wait_for_count(number + 1)
        decided.append(crossings.by_client(TO_SERVER))
    assert decided[0] == decided[1]
    assert decided[0][b"0"] != decided[0][b"1"]


def test_the_observer_is_told_all(server: socket.socket, new_socket: NewSocket, crossings: Crossings) -> None:
    client = new_socket()
    before = time.monotonic()
    with WeatherRelay(server.getsockname(), on_fate=crossings) as relay:
        client.sendto(b"hi", relay.address)
        _, seen_at = server.recvfrom(100)
        server.sendto(b"hello", seen_at)
        there, back = crossings.wait_for_count(2)
    assert there[:4] == (TO_SERVER, client.getsockname(), seen_at, b"hi")
    assert back[:4] == (TO_CLIENT, client.getsockname(), seen_at, b"hello")
    assert before <= there.at <= back.at <= time.monotonic()


def test_clients_are_bounded(server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_path, "MAX_CLIENTS", 2)
    clients = [new_socket() for _ in range(3)]
    with WeatherRelay(server.getsockname()) as fair:
        for client in clients:
            client.sendto(b"hi", fair.address)
        clients[0].sendto(b"still here", fair.address)
        assert [server.recv(100) for _ in range(3)] == [b"hi", b"hi", b"still here"]
        assert fair.counts[TO_SERVER].dropped == 1
        assert len(fair.clients) == 2


@not_here(sys.platform != "linux", "only Linux tells which address was asked")
def test_strangers_however_many_make_no_client_deaf(
    server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wildcard_socket, "MOST_STRANGERS", 2)
    monkeypatch.setattr(client_path, "MAX_CLIENTS", 2)
    client, other, *strangers = (new_socket() for _ in range(7))
    with WeatherRelay(server.getsockname(), host="0.0.0.0") as fair:
        client.connect(("127.0.0.2", fair.address[1]))
        client.send(b"hi")
        _, path = server.recvfrom(100)
        for sender in (other, *strangers, other):
            sender.sendto(b"hi", ("127.0.0.1", fair.address[1]))
        assert [server.recv(100) for _ in range(2)] == [b"hi", b"hi"]
        assert fair.counts[TO_SERVER].dropped == len(strangers)
        server.sendto(b"hello", path)
        assert client.recv(100) == b"hello"


def test_no_socket_is_left_for_a_client(
    server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, tried = new_socket(), threading.Event()

    def no_more(*arguments: object) -> None:
        tried.set()
        raise OSError(24, "Too many open files")

    with WeatherRelay(server.getsockname()) as fair:
        with monkeypatch.context() as patch:
            patch.setattr(client_path, "ClientPath", no_more)
            full.sendto(b"hi", fair.address)
            assert tried.wait(LIMIT)
        full.sendto(b"again", fair.address)
        assert server.recv(100) == b"again"
        assert fair.counts[TO_SERVER].dropped == 1


def test_clients_that_never_stop_do_not_keep_the_server_from_being_heard(
    server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, flooded = new_socket(), threading.Event()

    def endless(sock: RoomSocket, *, wait: bool) -> Iterator[tuple[bytes, Address]]:
        if not flooded.is_set():
            yield b"hi", client.getsockname()
            fair.weather = Weather(to_server=Conditions(loss=1))
            flooded.set()
        while True:
            yield b"flood", client.getsockname()

    monkeypatch.setattr(RoomSocket, "receive_all", endless)
    with WeatherRelay(server.getsockname()) as fair:
        client.sendto(b"this is never read, so there is always something to read", fair.address)
        _, seen_at = server.recvfrom(100)
        assert flooded.wait(LIMIT)
        server.sendto(b"do you hear me?", seen_at)
        assert client.recv(100) == b"do you hear me?"


def test_what_is_under_way_is_bounded(
    server: socket.socket, new_socket: NewSocket, crossings: Crossings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_way, "MAX_BYTES", 1000)
    client = new_socket()
    weather = Weather.both_ways(Conditions(delay=60))
    with WeatherRelay(server.getsockname(), weather=weather, on_fate=crossings) as relay:
        for _ in range(3):
            client.sendto(bytes(300), relay.address)
        assert [crossing.fate.lost for crossing in crossings.wait_for_count(3)] == [False, False, True]
        assert relay.counts[TO_SERVER].dropped == 1


def test_a_member_of_a_room_is_kept_for_as_long_as_the_room_keeps_it() -> None:
    assert Limits().idle_limit < client_path.IDLE_LIMIT
    assert client_path.MAX_CLIENTS == 200


def test_whoever_goes_on_sending_is_not_forgotten(server: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        target = (socket.AF_INET, server.getsockname())
        paths = client_path.ClientPaths(target, 0, selector, lambda _line: None)
        client = ("127.0.0.1", 8000)
        for now in (0.0, 100.0, 200.0):
            assert paths.path_of(client, now)
            paths.close_idle(now + 100)
            assert paths.clients == (client,)
        paths.close_idle(200.0 + client_path.IDLE_LIMIT + 1)
        assert paths.clients == ()


def test_a_client_that_is_gone_is_forgotten(
    server: socket.socket, new_socket: NewSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_path, "IDLE_LIMIT", 0.05)
    monkeypatch.setattr(relay_module, "TICK", 0.01)
    gone = threading.Event()
    client = new_socket()

    def log(entry: str) -> None:
        if entry == "client 0 has gone (0 here)":
            gone.set()

    with WeatherRelay(server.getsockname(), log=log) as fair:
        client.sendto(b"hi", fair.address)
        assert gone.wait(LIMIT)
        assert fair.clients == ()
        client.sendto(b"back", fair.address)
        assert [server.recv(100), server.recv(100)] == [b"hi", b"back"]


@not_here(sys.platform != "linux", "other systems do not tell whose port is closed")
def test_a_client_whose_port_is_closed_is_forgotten_and_the_server_finds_out(
    server: socket.socket, new_socket: NewSocket
) -> None:
    client = new_socket()
    with WeatherRelay(server.getsockname()) as fair:
        client.sendto(b"hi", fair.address)
        _, seen_at = server.recvfrom(100)
        client.close()
        server.connect(seen_at)
        server.settimeout(0.01)
        with pytest.raises(ConnectionRefusedError):
            for _ in range(1000):
                server.send(b"anybody there?")
                with suppress(TimeoutError):
                    server.recv(100)


def test_a_server_that_is_not_there_ends_nothing(
    server: socket.socket, new_socket: NewSocket, crossings: Crossings
) -> None:
    client, address = new_socket(), server.getsockname()
    server.close()
    with WeatherRelay(address, on_fate=crossings) as fair:
        for number in range(1, 6):
            client.sendto(b"anybody there?", fair.address)
            crossings.wait_for_count(number)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.bind(address)
            back.settimeout(LIMIT)
            client.sendto(b"now?", fair.address)
            while back.recv(100) != b"now?":
                pass


def test_close_delivers_what_is_under_way_and_may_be_called_twice(
    server: socket.socket, new_socket: NewSocket, crossings: Crossings
) -> None:
    client = new_socket()
    slow = Weather.both_ways(Conditions(delay=60))
    with WeatherRelay(server.getsockname(), weather=slow, on_fate=crossings) as relay:
        client.sendto(b"first", relay.address)
        client.sendto(b"second", relay.address)
        crossings.wait_for_count(2)
        relay.close()
        assert [server.recv(100), server.recv(100)] == [b"first", b"second"]
        assert relay.clients == ()


def test_it_may_be_started_again_on_the_same_port(server: socket.socket, new_socket: NewSocket) -> None:
    client, fair = new_socket(), WeatherRelay(server.getsockname())
    addresses = []
    for _ in range(2):
        with fair:
            assert fair.start() is fair
            addresses.append(fair.address)
            client.sendto(b"hi", fair.address)
            assert server.recv(100) == b"hi"
    assert addresses[0] == addresses[1]


def test_a_port_that_is_taken_and_a_host_that_is_none(server: socket.socket) -> None:
    with pytest.raises(CantListen, match="is taken"):
        WeatherRelay(server.getsockname(), port=server.getsockname()[1]).start()
    with pytest.raises(CantResolve, match="can't find the host"):
        WeatherRelay(("no host", 9999)).start()


def test_a_path_outlives_the_news_that_nobody_has_the_servers_port_open(new_socket: NewSocket) -> None:
    closed = new_socket()
    address = closed.getsockname()
    closed.close()
    dead_end = client_path.ClientPath(0, ("127.0.0.1", 8000), (socket.AF_INET, address), seed=0)
    dead_end.send(b"the news comes back by the next call")
    assert list(dead_end.receive_all()) == []
    for _ in range(2):
        dead_end.send(b"or by the next send")
    dead_end.close()
    dead_end.send(b"too late")
