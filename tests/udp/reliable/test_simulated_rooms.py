"""A whole reliable room and its members in a storm, in simulated time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable
from itertools import count

import pytest

from chatlab.room.addresses import Address
from chatlab.room.events import Event, Gone, Joined, Left, Said
from chatlab.udp.delivery import Delivery
from chatlab.udp.limits import Limits
from chatlab.udp.membership import Outcome, Stage
from chatlab.udp.reliable.chat import ReliableChat
from chatlab.udp.reliable.member import ReliableMember
from chatlab.udp.reliable.stop_and_wait import Timing
from chatlab.weather.fate import FAIR, Conditions, Direction, Link, Weather

NAMES = ("ada", "bob", "cyd")
WORDS = [str(number) for number in range(10)]
TICK = 0.05
ANY_RATE = Limits(rate_limit=0)
STORM = Weather.both_ways(Conditions(loss=0.3, repeat=0.2, reorder=0.2, delay=0.02, jitter=0.1))


class World:
    """One room, three members, and the network between them."""

    def __init__(self, seed: int, weather: Weather = STORM, limits: Limits = ANY_RATE) -> None:
        self.now = 0.0
        self.weather = weather
        self.limits = limits
        self.rng = random.Random(seed)
        self.members: dict[Address, ReliableMember] = {
            (name, 8000): ReliableMember(name, "the room", Timing(), self.rng) for name in NAMES
        }
        self.told: dict[Address, list[Event]] = {address: [] for address in self.members}
        self._links = {
            (address, direction): Link(seed, number, direction)
            for number, address in enumerate(self.members)
            for direction in Direction
        }
        self._under_way: list[tuple[float, int, Address, Direction, bytes]] = []
        self._order = count()
        self.open_room()

    def open_room(self) -> None:
        """A room that knows nobody, as after a restart that nobody was told of."""
        self.chat = ReliableChat(self.limits, log=lambda line: None, timing=Timing(), rng=self.rng)

    def does(self, address: Address, outcome: Outcome) -> None:
        self.told[address] += outcome.events
        for datagram in outcome.datagrams:
            self._carry(address, Direction.TO_SERVER, datagram)

    def _carry(self, address: Address, direction: Direction, datagram: bytes) -> None:
        conditions = self.weather.to_server if direction is Direction.TO_SERVER else self.weather.to_client
        for delay in self._links[address, direction].meet(conditions, self.now).delays:
            heapq.heappush(self._under_way, (self.now + delay, next(self._order), address, direction, datagram))

    def step(self) -> None:
        """A tick later: what has arrived by then, and what is due."""
        tick_at = self.now + TICK
        while self._under_way and self._under_way[0][0] <= tick_at:
            self.now, _, address, direction, datagram = heapq.heappop(self._under_way)
            if direction is Direction.TO_CLIENT:
                self.does(address, self.members[address].receive(datagram, self.now))
            else:
                self._deliver(self.chat.receive(datagram, address, self.now))
        self.now = tick_at
        self._deliver(self.chat.tick(self.now))
        for address, member in self.members.items():
            self.does(address, member.tick(self.now))

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        for datagram, recipients in deliveries:
            for recipient in recipients:
                self._carry(recipient, Direction.TO_CLIENT, datagram)

    def everybody_comes_in(self) -> None:
        for _ in range(20):
            for address, member in self.members.items():
                if member.stage is Stage.OUT:
                    self.does(address, member.sign_up(self.now))
            self.run_until(lambda: all(member.stage is not Stage.SIGNING_UP for member in self.members.values()))
            if all(member.stage is Stage.IN for member in self.members.values()):
                return
        pytest.fail("not everybody comes in")

    def run_until(self, holds: Callable[[], bool], limit: float = 120.0) -> None:
        deadline = self.now + limit
        while not holds():
            assert self.now < deadline, self.told
            self.step()

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        self.run_until(lambda: self.now >= end)

    def heard(self, address: Address, speaker: str) -> list[str]:
        """What `speaker` said, as the member at `address` heard it."""
        said = [event for event in self.told[address] if isinstance(event, Said)]
        return [event.text for event in said if event.nickname == speaker]


@pytest.mark.parametrize("seeds", [range(start, start + 25) for start in range(0, 100, 25)], ids=str)
def test_everybody_hears_everything_once_and_in_order_and_leaves(seeds: range) -> None:
    for seed in seeds:
        world = World(seed)
        world.everybody_comes_in()
        for word in WORDS:
            for address, member in world.members.items():
                world.does(address, member.say(word, world.now))
        world.run_until(lambda: all(world.heard(a, name)[-1:] == WORDS[-1:] for a in world.members for name in NAMES))  # noqa: B023
        for address, member in world.members.items():
            world.does(address, member.sign_out())
        world.run_until(lambda: all(member.stage is Stage.OUT for member in world.members.values()))  # noqa: B023
        world.weather = FAIR
        world.run_until(lambda: not world.chat.room.nicknames, limit=30)  # noqa: B023
        for address in world.members:
            for speaker in NAMES:
                assert world.heard(address, speaker) == WORDS, f"seed {seed}"
        assert not any(isinstance(event, Gone) for told in world.told.values() for event in told), f"seed {seed}"


def test_who_says_more_than_the_rate_limit_has_to_wait_and_loses_nothing() -> None:
    world = World(1, FAIR, Limits())
    world.everybody_comes_in()
    ada = next(iter(world.members))
    words = [str(number) for number in range(300)]
    for word in words:
        world.does(ada, world.members[ada].say(word, world.now))
    started = world.now
    world.run_until(lambda: all(world.heard(address, "ada")[-1:] == words[-1:] for address in world.members), limit=600)
    assert all(world.heard(address, "ada") == words for address in world.members)
    assert world.now - started > 200 / Limits().rate_limit - 1  # 100 of them at once


@pytest.mark.parametrize("seed", range(20))
def test_who_starts_again_on_the_same_port_hears_nothing_of_the_old_stay(seed: int) -> None:
    world = World(seed)
    world.everybody_comes_in()
    ada, bob = list(world.members)[:2]
    for word in WORDS:
        world.does(bob, world.members[bob].say(f"before {word}", world.now))
    world.step()
    world.members[ada] = ReliableMember("ada", "the room", Timing(), world.rng)  # the old one was killed
    world.told[ada].clear()
    world.everybody_comes_in()
    world.does(ada, world.members[ada].say("I am back", world.now))
    world.run_until(lambda: all(world.heard(address, "ada") == ["I am back"] for address in world.members))
    world.run_until(lambda: f"before {WORDS[-1]}" in world.heard(bob, "bob"))
    world.run(20)
    heard = world.heard(ada, "bob")
    assert heard == [f"before {word}" for word in WORDS[len(WORDS) - len(heard) :]]
    of_ada = [event for event in world.told[bob] if event in (Joined("ada"), Left("ada"))]
    assert of_ada[-2:] == [Left("ada"), Joined("ada")]


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_a_room_that_has_forgotten_all_takes_them_back(seed: int, settled: bool) -> None:
    """If it forgets while they come in, a late repeat of a sign-up may open the same session once more."""
    world = World(seed)
    world.everybody_comes_in()
    if settled:
        world.weather = FAIR
        world.run(5)
        world.weather = STORM
    world.open_room()
    for address, member in world.members.items():
        world.does(address, member.say("is this on?", world.now))
    world.run(60)  # whoever has not been told finds out by its next keep-alive
    world.everybody_comes_in()
    assert not settled or all(any(isinstance(event, Gone) for event in told) for told in world.told.values())
    for address, member in world.members.items():
        world.does(address, member.say("again", world.now))
    world.run_until(lambda: all(world.heard(a, name)[-1:] == ["again"] for a in world.members for name in NAMES))
