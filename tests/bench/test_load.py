"""What is counted under a load, with members who only pretend to talk."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator

import pytest

from chatlab.bench import load as load_module
from chatlab.bench.load import Load, measure
from chatlab.bench.members.members import Members


class PretendedServer:
    """`cpu_seconds` counts how often it is asked."""

    addresses = (("127.0.0.1", 0),)
    has_ended = False
    asked = 0

    def cpu_seconds(self) -> float:
        self.asked += 1
        return float(self.asked)


class PretendedMembers(Members):
    """A room of `count` in memory. It loses the deliveries of the numbers in `lost`. `under_way`: the most at once."""

    kind = socket.SOCK_STREAM

    def __init__(self, count: int, *, echo: bool = False, lost: tuple[int, ...] = ()) -> None:
        super().__init__(PretendedServer())
        self.echo = echo  # type: ignore[misc]  # real ones never differ in it
        self.under_way = 0
        self._count = count
        self._lost = lost
        self._waiting: deque[tuple[int, int]] = deque()
        self._number = 0

    def say(self, speaker: int, times: int) -> None:
        for hearer in range(self._count):
            if self.echo or hearer != speaker:
                if self._number not in self._lost:
                    self._waiting.append((hearer, times))
                self._number += 1
        self.under_way = max(self.under_way, sum(times for _, times in self._waiting))

    def listen(self, timeout: float) -> Iterator[tuple[int, int]]:
        yield 0, 0  # a notice: not what they say
        if self._waiting:
            yield self._waiting.popleft()

    def connect(self) -> socket.socket:
        raise NotImplementedError

    def _ask(self, number: int, again: bool) -> None:
        raise NotImplementedError

    def _is_in(self, number: int, heard: bytes) -> bool:
        raise NotImplementedError


@pytest.mark.parametrize(("echo", "deliveries"), [(False, 2 * 3 * 4), (True, 2 * 3 * 5)])
def test_one_round(echo: bool, deliveries: int) -> None:
    with PretendedMembers(5, echo=echo) as members:
        measured = measure(PretendedServer(), members, Load(5, speakers=2, lines=3), seconds=0)  # type: ignore[arg-type]
    assert (measured.messages, measured.deliveries, measured.lost) == (6, deliveries, 0)
    assert measured.cpu == 1
    assert measured.efficiency == deliveries
    assert measured.cpu_per_million == pytest.approx(1e6 / deliveries)
    assert 0 <= measured.latencies.median <= measured.latencies.percentile_99 <= measured.latencies.latest
    assert measured.latencies.latest <= measured.elapsed


@pytest.mark.parametrize("window", [1, 3])
def test_a_window_is_filled_and_not_overrun(window: int) -> None:
    members = PretendedMembers(4)
    with members:
        measure(PretendedServer(), members, Load(4, speakers=1, lines=1, window=window), seconds=0.05)  # type: ignore[arg-type]
    assert members.under_way == window * 3


def test_a_rest_comes_before_each_round_but_the_first() -> None:
    with PretendedMembers(2) as members:
        measured = measure(PretendedServer(), members, Load(2, 1, 1, rest=0.03), seconds=0.05)  # type: ignore[arg-type]
    assert measured.messages > 1
    assert measured.elapsed >= 0.03 * (measured.messages - 1)


def test_what_is_lost_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        PretendedMembers, "listen", lambda members, timeout: iter(members._waiting and [members._waiting.popleft()])
    )
    with PretendedMembers(4, lost=(1,)) as members:
        measured = measure(PretendedServer(), members, Load(4, speakers=1, lines=1), seconds=load_module.LOST_AFTER)  # type: ignore[arg-type]
    assert (measured.messages, measured.deliveries, measured.lost) == (1, 2, 1)
