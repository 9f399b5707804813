"""The weather relay: clients talk to it as if it were the server, and what they and the server say meets its fate.

    a client  ->  the relay's socket  ->  that client's path  ->  the server
    a client  <-  the relay's socket  <-  that client's path  <-  the server

One thread serves all sockets. Lesson 07 puts the relay before a room.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from itertools import islice

from chatlab.room.addresses import Address
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port, resolve
from chatlab.service.service import Service
from chatlab.udp.sockets.room_socket import RoomSocket
from chatlab.weather.client_path import ClientPath, ClientPaths
from chatlab.weather.fate import FAIR, LOST, Direction, Weather
from chatlab.weather.in_flight import InFlight
from chatlab.weather.relayed import Counts, Crossing

# How often the relay looks for clients that have gone, in seconds.
TICK = 1.0
# Most datagrams taken from one socket before the others have their turn.
TURN_DATAGRAMS = 100


class WeatherRelay(Service):
    """A relay to the UDP server `server`: an object with an address, or its (host, port). A context manager.

    `weather` may be changed while it runs. The fates depend on `seed` and on the clients' order: the first to send
    is number 0. `on_fate` gets each crossing, in the relay's thread: it must not wait. `log` gets a line for each
    client that comes or goes, and the counts at the end. `trace` records each crossing. `reliable`: the room
    behind it is a reliable one, so a client has to be reliable too.
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
        reliable: bool = False,
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
        if reliable:
            self.client += " --reliable"

    @property
    def clients(self) -> tuple[Address, ...]:
        """Where the clients are, in the order in which they came."""
        return self._paths.clients if self.running else ()

    def __repr__(self) -> str:
        return f"<weather relay, {self.state}>"

    def _open(self) -> dict[str, Callable[[], None]]:
        server = resolve(*self.server_address, socket.SOCK_DGRAM)
        self._selector = self._resources.enter_context(selectors.DefaultSelector())
        self._paths = ClientPaths(server, self.seed, self._selector, self.log)
        self._front = RoomSocket(self._host, self._port, members=self._paths)
        self._resources.callback(self._front.close)
        self._port = self._front.port
        self._selector.register(self._front, selectors.EVENT_READ)
        self._in_flight: InFlight[tuple[Direction, ClientPath]] = InFlight()
        self._resources.callback(self._close_paths)
        return {"weather-relay": self._relay}

    def _stop(self) -> None:
        self._front.wake()

    def _close_paths(self) -> None:
        """Deliver at once what is under way, and close all paths."""
        try:
            self._deliver_until(float("inf"))
        finally:
            for client in self._paths.clients:
                self._paths.close(client)
            for direction, counts in self.counts.items():
                self.log(f"{direction.value}: {counts}")

    def _relay(self) -> None:
        tick_at = 0.0
        while self.running:
            now = time.monotonic()
            if now >= tick_at:
                self._paths.close_idle(now)
                tick_at = now + TICK
            wait = min(self._in_flight.next_arrival(), tick_at) - now
            for key, _ in self._selector.select(max(0, wait)):
                if key.data:
                    self._hear_server(key.data)
                else:
                    self._hear_clients()
            self._deliver_until(time.monotonic())
            while self._front.closed_ports:
                self._paths.close(self._front.closed_ports.popleft())

    def _hear_clients(self) -> None:
        for datagram, client in islice(self._front.receive_all(wait=False), TURN_DATAGRAMS):
            if not self.running:  # it may be the one that woke us
                return
            if path := self._paths.path_of(client, time.monotonic()):
                self._pass_on(datagram, Direction.TO_SERVER, path)
            else:
                self.counts[Direction.TO_SERVER].dropped += 1

    def _hear_server(self, path: ClientPath) -> None:
        for datagram in islice(path.receive_all(), TURN_DATAGRAMS):
            self._pass_on(datagram, Direction.TO_CLIENT, path)

    def _pass_on(self, datagram: bytes, direction: Direction, path: ClientPath) -> None:
        now = time.monotonic()
        fate = path.links[direction].meet(self.weather.conditions(direction), now)
        if self._in_flight.has_room_for(datagram, copies=len(fate.delays)):
            self.counts[direction].add(fate)
        else:
            self.counts[direction].dropped += 1
            fate = LOST
        if self.on_fate:
            self.on_fate(Crossing(direction, path.client, path.seen_at, datagram, now, fate))
        if self.trace:
            ends = (path.client, path.server) if direction is Direction.TO_SERVER else (path.server, path.client)
            self.trace.carry(*ends, datagram, fate.delays, room=path.server, relay=(self.address, path.seen_at))
        for delay in fate.delays:
            if delay:
                self._in_flight.add(now + delay, datagram, (direction, path))
            else:
                self._deliver(datagram, direction, path)

    def _deliver_until(self, now: float) -> None:
        for datagram, (direction, path) in self._in_flight.arrived(now):
            self._deliver(datagram, direction, path)

    def _deliver(self, datagram: bytes, direction: Direction, path: ClientPath) -> None:
        if direction is Direction.TO_SERVER:
            path.send(datagram)
        else:
            self._front.send(datagram, (path.client,))
