"""The weather relay: clients talk to it as if it were the server, and what they and the server say meets its fate.

    a client  ->  the relay's socket  ->  that client's line  ->  the server
    a client  <-  the relay's socket  <-  that client's line  <-  the server

Each client has a line, a socket of its own towards the server, so the server sees as many addresses as there are
clients. One thread serves all sockets. Lesson 06 puts the relay before a room.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from itertools import islice

from chatlab.room.addresses import Address, HasAddress, host_and_port
from chatlab.service.interfaces import Recorder
from chatlab.service.resolve import resolve
from chatlab.service.service import Service
from chatlab.udp.sockets import RoomSocket
from chatlab.weather.client_path import Line, Lines
from chatlab.weather.fate import FAIR, LOST, Direction, Fate, Weather
from chatlab.weather.in_flight import UnderWay
from chatlab.weather.relayed import Counts, Crossing

TICK = 1.0
# So many datagrams are taken from one socket in one go, before the others have their turn.
TURN_DATAGRAMS = 100


class WeatherRelay(Service):
    """A relay to the UDP server `server`: an object with an address, or its (host, port). A context manager.

    `weather` may be changed while it runs. The fates depend on `seed` and on the clients' order: the first to send
    is number 0. `on_fate` gets each crossing, in the relay's thread: it must not wait. `log` gets a line for each
    client that comes or goes, and the counts at the end. `trace` records each crossing.
    """

    what = "weather relay"
    client = "chatlab.udp.client"

    def __init__(  # options, each with a default
        self,
        server: HasAddress | tuple[str, int],
        *,
        weather: Weather = FAIR,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        on_fate: Callable[[Crossing], None] | None = None,
        log: Callable[[str], None] = lambda line: None,
        trace: Recorder | None = None,
    ) -> None:
        super().__init__(host, port, log)
        self.server_address = host_and_port(server)
        self.weather = weather
        self.seed = seed
        self.on_fate = on_fate
        self.counts = {direction: Counts() for direction in Direction}
        self.trace = trace

    @property
    def clients(self) -> tuple[Address, ...]:
        """Where the clients are, in the order in which they came."""
        return self._lines.clients if self.running else ()

    def __repr__(self) -> str:
        return f"<weather relay, {self.state}>"

    def _open(self) -> dict[str, Callable[[], None]]:
        server = resolve(*self.server_address, socket.SOCK_DGRAM)
        self._front = RoomSocket(self._host, self._port)
        self._resources.callback(self._front.close)
        self._port = self._front.port
        self._selector = self._resources.enter_context(selectors.DefaultSelector())
        self._selector.register(self._front, selectors.EVENT_READ)
        self._lines = Lines(server, self.seed, self._selector, self.log)
        self._under_way: UnderWay[tuple[Direction, Line]] = UnderWay()
        self._resources.callback(self._hang_up_on_all)
        return {"weather-relay": self._relay}

    def _stop(self) -> None:
        self._front.wake()

    def _hang_up_on_all(self) -> None:
        """Deliver at once what is under way, and end the lines."""
        try:
            self._deliver_until(float("inf"))
        finally:
            for client in self._lines.clients:
                self._lines.hang_up(client)
            for direction, counts in self.counts.items():
                self.log(f"{direction.value}: {counts}")

    def _relay(self) -> None:
        tick_at = 0.0
        while self.running:
            now = time.monotonic()
            if now >= tick_at:
                self._lines.hang_up_on_idle(now)
                tick_at = now + TICK
            wait = min(self._under_way.next_arrival(), tick_at) - now
            for key, _ in self._selector.select(max(0, wait)):
                if key.data:
                    self._hear_server(key.data)
                else:
                    self._hear_clients()
            self._deliver_until(time.monotonic())
            while self._front.closed_ports:
                self._lines.hang_up(self._front.closed_ports.popleft())

    def _hear_clients(self) -> None:
        for datagram, client in islice(self._front.receive_all(wait=False), TURN_DATAGRAMS):
            if not self.running:  # it may be the one that woke us
                return
            now = time.monotonic()
            if line := self._lines.line_of(client, now):
                fate = line.to_server.meet(self.weather.to_server, now)
                self._let_happen(fate, Direction.TO_SERVER, line, datagram, now)
            else:
                self.counts[Direction.TO_SERVER].dropped += 1

    def _hear_server(self, line: Line) -> None:
        for datagram in islice(line.receive_all(), TURN_DATAGRAMS):
            now = time.monotonic()
            fate = line.to_client.meet(self.weather.to_client, now)
            self._let_happen(fate, Direction.TO_CLIENT, line, datagram, now)

    def _let_happen(self, fate: Fate, direction: Direction, line: Line, datagram: bytes, now: float) -> None:
        if self._under_way.has_room_for(datagram, copies=len(fate.delays)):
            self.counts[direction].add(fate)
        else:
            self.counts[direction].dropped += 1
            fate = LOST
        if self.on_fate or self.trace:
            crossing = Crossing(direction, line.client, line.seen_at, datagram, now, fate)
            if self.on_fate:
                self.on_fate(crossing)
            if self.trace:
                room = line.socket.getpeername()
                source, destination = line.client, room
                if direction is Direction.TO_CLIENT:
                    source, destination = room, line.client
                relay = (self.address, line.seen_at)
                self.trace.carry(source, destination, datagram, fate.delays, room=room, relay=relay)
        for delay in fate.delays:
            if delay:
                self._under_way.add(now + delay, datagram, (direction, line))
            else:
                self._deliver(datagram, direction, line)

    def _deliver_until(self, now: float) -> None:
        for datagram, (direction, line) in self._under_way.arrived(now):
            self._deliver(datagram, direction, line)

    def _deliver(self, datagram: bytes, direction: Direction, line: Line) -> None:
        if direction is Direction.TO_SERVER:
            line.send(datagram)
        else:
            self._front.send(datagram, (line.client,))
