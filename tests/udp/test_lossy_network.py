"""The room and its members over a network that loses, repeats, delays and reorders; seeded, in simulated time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import count

import pytest

from chatlab.room.addresses import Address
from chatlab.room.events import Event, Gone, Joined, Said
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.chat import UdpChat
from chatlab.udp.member import UdpMember
from chatlab.udp.membership import Outcome, Stage

ROOM: Address = ("10.0.0.9", 9999)
NAMES = ("ada", "bob", "cyd", "dan", "eve")
TICK = 1 / 16


class World:
    """One room, five members, and the network between them. `loss` is a probability; it may be changed."""

    def __init__(self, seed: int, *, prove: bool = False) -> None:
        self.loss = 0.4
        self.now = 0.0
        self.prove = prove
        self.members: dict[Address, UdpMember] = {
            ("10.0.0.1", 8001 + place): UdpMember(name, "the room") for place, name in enumerate(NAMES)
        }
        self.told: dict[Address, list[Event]] = {address: [] for address in self.members}
        self._random = random.Random(seed)
        self._under_way: list[tuple[float, int, Address, Address, bytes]] = []
        self._number = count()
        self.open_room()

    def open_room(self) -> None:
        """A room that knows nobody, as after a restart that nobody was told of."""
        secret = self._random.randbytes(32)
        self.chat = UdpChat(log=lambda line: None, proof=AddressCookie(secret) if self.prove else None)

    def send(self, sender: Address, recipient: Address, datagram: bytes) -> None:
        for _ in range(self._random.choice((1, 1, 1, 2))):
            if self._random.random() >= self.loss:
                arrival = self.now + self._random.uniform(0, 0.4)
                heapq.heappush(self._under_way, (arrival, next(self._number), sender, recipient, datagram))

    def does(self, address: Address, outcome: Outcome) -> None:
        self.told[address] += outcome.events
        for datagram in outcome.datagrams:
            self.send(address, ROOM, datagram)

    def step(self) -> None:
        self.now += TICK
        while self._under_way and self._under_way[0][0] <= self.now:
            _, _, sender, recipient, datagram = heapq.heappop(self._under_way)
            if recipient == ROOM:
                deliveries = self.chat.receive(datagram, sender, self.now)
            else:
                self.does(recipient, self.members[recipient].receive(datagram, self.now))
                continue
            for answer, addresses in deliveries:
                for address in addresses:
                    self.send(ROOM, address, answer)
        for answer, addresses in self.chat.tick(self.now):
            for address in addresses:
                self.send(ROOM, address, answer)
        for address, member in self.members.items():
            self.does(address, member.tick(self.now))
            if member.stage is Stage.OUT and self.told[address]:
                assert isinstance(self.told[address][-1], Gone), "a member is out and was not told"

    def run_until(self, condition: Callable[[], bool], limit: float) -> None:
        end = self.now + limit
        while not condition():
            assert self.now < end, f"not within {limit} s: {[(m.nickname, m.stage) for m in self.members.values()]}"
            self.step()

    def run_for(self, seconds: float) -> None:
        end = self.now + seconds
        self.run_until(lambda: self.now >= end, seconds + 1)

    def sign_up_who_is_out(self) -> None:
        for address, member in self.members.items():
            if member.stage is Stage.OUT:
                self.does(address, member.sign_up(self.now))

    def everybody_says(self, text: str) -> None:
        for address, member in self.members.items():
            if member.stage is Stage.IN:
                self.does(address, member.say(text, self.now))

    def all_are_in(self) -> bool:
        self.sign_up_who_is_out()
        views = [member.stage is Stage.IN for member in self.members.values()]
        return all(views) and set(self.chat.room.nicknames) == set(NAMES)


@pytest.fixture(params=range(12))
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=[False, True], ids=["", "prove-address"])
def world(seed: int, request: pytest.FixtureRequest) -> World:
    """A world in which all are in."""
    world = World(seed, prove=request.param)
    world.run_until(world.all_are_in, limit=60)
    return world


def test_everybody_gets_in_and_is_told(world: World) -> None:
    for address, member in world.members.items():
        assert world.told[address].count(Joined(member.nickname)) == 1


def test_in_fair_weather_everybody_then_hears_everything(world: World) -> None:
    world.loss = 0
    world.run_for(1)
    world.everybody_says("hello")
    world.run_for(1)
    for events in world.told.values():
        assert {Said(name, "hello") for name in NAMES} <= set(events)


def test_a_room_that_has_forgotten_everybody_has_them_all_back_once_they_speak(world: World) -> None:
    world.open_room()

    def all_are_back() -> bool:
        if world.now % 1 == 0:
            world.everybody_says("is this on?")
        return world.all_are_in()

    world.run_until(all_are_back, limit=60)


def test_whoever_speaks_into_a_dead_network_is_told(world: World) -> None:
    world.loss = 0
    world.run_for(1)
    world.loss = 1
    world.everybody_says("hello?")
    world.run_for(10.5)
    for address, member in world.members.items():
        assert member.stage is Stage.OUT
        assert world.told[address][-2:] == [
            Gone("nobody answers any more; trying to get in again"),
            Gone("nobody answers at the room: is the server running there?"),
        ]


def test_whoever_was_put_out_unheard_gets_back_in(world: World) -> None:
    world.loss = 1
    world.run_for(130)
    assert world.chat.room.nicknames == ()
    world.loss = 0.4
    world.everybody_says("I am back")
    world.run_until(world.all_are_in, limit=60)


def test_whoever_hears_the_room_close_is_told_and_signs_up_again(world: World) -> None:
    world.loss = 0
    world.run_for(1)
    for answer, addresses in world.chat.close():
        for address in addresses:
            world.send(ROOM, address, answer)
    world.run_until(lambda: any(member.stage is Stage.SIGNING_UP for member in world.members.values()), limit=5)
    world.run_until(world.all_are_in, limit=5)
    for address, member in world.members.items():
        assert Gone("the room has closed or lost sight of you; trying to get in again") in world.told[address]
        assert world.told[address].count(Joined(member.nickname)) >= 2  # a repeated notice of the end is heard again
