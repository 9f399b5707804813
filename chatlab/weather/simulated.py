"""A network in simulated time: datagrams and their fates, without a socket, a thread or a clock.

Time passes only where somebody waits for an arrival, or moves `now` on. So an hour takes no time at all, and the same
seed gives the same talk each time. Lesson 07 draws with it; lesson 08 sends messages through it by stop-and-wait.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.service.interfaces import Recorder
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame, parse_frame
from chatlab.udp.reliable.stop_and_wait import DEFAULT_TIMING, Message, Receiver, Sender, Timing
from chatlab.weather.fate import Conditions, Direction, Fate, Link
from chatlab.weather.in_flight import InFlight

CALM = Conditions()
AS_THE_WEATHER_IS: Mapping[int, Fate] = MappingProxyType({})
SESSION = "00000000"  # the ladder leaves it out


class Arrival(NamedTuple):
    """`datagram` has arrived at the end called `destination`."""

    destination: str
    datagram: bytes


class SimulatedNetwork:
    """The same conditions between all ends, which have names for addresses.

    `now`: in seconds. `fates`: of datagrams that are not left to the conditions, by their numbers: 1 for the first.
    `trace` records each datagram and its fate.
    """

    def __init__(
        self,
        conditions: Conditions = CALM,
        *,
        seed: int = 0,
        fates: Mapping[int, Fate] = AS_THE_WEATHER_IS,
        trace: Recorder | None = None,
    ) -> None:
        self.now = 0.0
        self.trace = trace
        self._conditions = conditions
        self._seed = seed
        self._fates = fates
        self._links: dict[tuple[str, str], Link] = {}
        self._in_flight: InFlight[str] = InFlight()
        self._sent = 0
        self._addresses: dict[str, Address] = {}

    def send(self, source: str, destination: str, datagram: bytes) -> None:
        """Send `datagram` now. Whether it will arrive is not told, as by `sendto`."""
        self._sent += 1
        path = (source, destination)
        if path not in self._links:
            self._links[path] = Link(self._seed, len(self._links), Direction.TO_SERVER)
        by_weather = self._links[path].meet(self._conditions, self.now)
        fate = self._fates.get(self._sent, by_weather)
        for delay in fate.delays:
            self._in_flight.add(self.now + delay, datagram, destination)
        if self.trace:
            start, end = (self._address(name, self.trace) for name in path)
            self.trace.carry(start, end, datagram, fate.delays, at=self.now)

    def _address(self, name: str, trace: Recorder) -> Address:
        """The address by which `trace` knows the end called `name`: of a network that is nobody's (RFC 5737)."""
        if name not in self._addresses:
            self._addresses[name] = (f"192.0.2.{len(self._addresses) % 254 + 1}", 9999 + len(self._addresses) // 254)
            trace.name(self._addresses[name], name)
        return self._addresses[name]

    def receive(self, until: float = float("inf")) -> Arrival | None:
        """Let time pass until the next datagram arrives, at most until `until`, in seconds; then returns None."""
        arrives_at = self._in_flight.next_arrival()
        if arrives_at <= until and arrives_at < float("inf"):
            self.now = max(self.now, arrives_at)
            datagram, destination = next(self._in_flight.arrived(arrives_at))
            return Arrival(destination, datagram)
        if until < float("inf"):
            self.now = max(self.now, until)
        return None


def transfer(
    payloads: Iterable[bytes],
    network: SimulatedNetwork,
    timing: Timing = DEFAULT_TIMING,
    receiver: Receiver | None = None,
) -> list[bytes]:
    """Send `payloads` from ada to bob by stop-and-wait until all are acknowledged. Returns what bob hands on.

    `receiver` decides what bob hands on and acknowledges. Raises GaveUp.
    """
    sender, receiver, delivered = Sender(timing, random.Random(0)), receiver or Receiver(), []

    def send(message: Message | None) -> None:
        if message:
            network.send("ada", "bob", build_frame(Numbered(SESSION, *message)))

    for payload in payloads:
        send(sender.send(payload, network.now))
    while (arrival := network.receive(until=sender.due_at)) or sender.unacknowledged:
        frame = parse_frame(arrival.datagram) if arrival else None
        if isinstance(frame, Numbered):
            receipt = receiver.receive(frame.number)
            if receipt.is_new:
                delivered.append(frame.payload)
            if receipt.acknowledge:
                network.send("bob", "ada", build_frame(Acknowledgement(SESSION, frame.number)))
        elif isinstance(frame, Acknowledgement):
            send(sender.acknowledge(frame.number, network.now))
        else:
            send(sender.tick(network.now))
    return delivered
