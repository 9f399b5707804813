"""Stop-and-wait, without a socket or a clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chatlab
from chatlab.room.errors import GaveUp, OutboxFull
from chatlab.udp.reliable.stop_and_wait import (
    DEFAULT_TIMING,
    JITTER,
    OUTBOX_BYTES,
    Message,
    Receipt,
    Receiver,
    Sender,
    Timing,
)
from chatlab.weather.fate import Conditions, Direction, Link

from .wire import Delays, Wire

TIMING = Timing(first=1.0, longest=8.0, tries=5)
PATIENT = Timing(first=0.1, longest=0.5, tries=10**9)
STORM = Conditions(loss=0.3, repeat=0.1, reorder=0.2, delay=0.02, jitter=0.1)
MESSAGES = [b"%d" % number for number in range(50)]


def new_sender(timing: Timing = TIMING) -> Sender:
    return Sender(timing, random.Random(1))


class OneBitReceiver(Receiver):
    """The alternating-bit protocol: it can't tell message 2 from message 0."""

    def receive(self, number: int) -> Receipt:
        is_new = number % 2 == self._expected % 2
        self._expected += is_new
        return Receipt(is_new, acknowledge=True)


def test_one_message_is_under_way_at_a_time() -> None:
    sender = new_sender()
    assert sender.send(b"a", 0.0) == Message(0, b"a")
    assert sender.send(b"b", 0.0) is None
    assert sender.unacknowledged == (b"a", b"b")
    assert sender.acknowledge(0, 0.1) == Message(1, b"b")
    assert sender.acknowledge(1, 0.2) is None
    assert not sender.unacknowledged
    assert sender.due_at == float("inf")
    assert sender.send(b"c", 9.0) == Message(2, b"c")


def test_an_acknowledgement_that_is_late_or_foreign_changes_nothing() -> None:
    sender = new_sender()
    assert sender.acknowledge(0, 0.0) is None
    sender.send(b"a", 0.0)
    sender.send(b"b", 0.0)
    assert sender.acknowledge(7, 0.1) is None
    sender.acknowledge(0, 0.1)
    assert sender.acknowledge(0, 0.2) is None
    assert sender.unacknowledged == (b"b",)


def test_time_outs_double_up_to_a_bound_with_jitter_and_then_it_gives_up() -> None:
    sender, now, waits = new_sender(), 0.0, []
    sender.send(b"a", now)
    for _ in range(TIMING.tries - 1):
        waits.append(sender.due_at - now)
        assert sender.tick(sender.due_at - 0.001) is None
        now = sender.due_at
        assert sender.tick(now) == Message(0, b"a")
    waits.append(sender.due_at - now)
    for wait, base in zip(waits, [1, 2, 4, 8, 8], strict=True):
        assert base < wait < base * (1 + JITTER)
    with pytest.raises(GaveUp, match="^gave up: message 0 was sent 5 times and never acknowledged$"):
        sender.tick(sender.due_at)


def test_the_next_message_starts_with_a_short_time_out_again() -> None:
    sender = new_sender()
    sender.send(b"a", 0.0)
    for now in (2.0, 5.0, 11.0):
        sender.tick(now)
    sender.send(b"b", 12.0)
    sender.acknowledge(0, 12.0)
    assert 13.0 < sender.due_at <= 13.0 + JITTER


def test_the_jitter_is_from_a_seed() -> None:
    def due_at(seed: int) -> float:
        sender = Sender(TIMING, random.Random(seed))
        sender.send(b"a", 0.0)
        return sender.due_at

    assert due_at(1) == due_at(1) != due_at(2)


def test_many_tries_do_not_overflow() -> None:
    sender = new_sender(Timing(first=0.1, longest=1.0, tries=5000))
    sender.send(b"a", 0.0)
    for _ in range(4000):
        assert sender.tick(sender.due_at)


def test_what_waits_is_bounded_and_an_acknowledgement_makes_room() -> None:
    sender = new_sender()
    sender.send(bytes(OUTBOX_BYTES - 1), 0.0)
    sender.send(b"a", 0.0)
    with pytest.raises(OutboxFull, match="65,536 bytes wait already; say it again later"):
        sender.send(b"b", 0.0)
    sender.acknowledge(0, 0.1)
    assert sender.send(b"b", 0.1) is None
    assert sender.unacknowledged == (b"a", b"b")


def test_the_receiver_hands_on_each_message_once_and_acknowledges_again_all_that_it_has() -> None:
    receiver = Receiver()
    new, again, ignored = Receipt(True, True), Receipt(False, True), Receipt(False, False)
    assert [receiver.receive(number) for number in (1, 0, 0, 1, 0, 1, 3, 2, 0)] == [
        *(ignored, new, again, new, again, again, ignored, new, again),
    ]


def storm(seed: int, receiver: Receiver) -> Wire:
    link = Link(seed, 0, Direction.TO_SERVER)
    wire = Wire(meet=lambda: link.meet(STORM, wire.now).delays, timing=PATIENT, receiver=receiver)
    wire.run(MESSAGES)
    return wire


def test_a_thousand_storms() -> None:
    for seed in range(1000):
        wire = storm(seed, Receiver())
        assert wire.delivered == MESSAGES, f"seed {seed}"
        assert wire.now < 2 * len(MESSAGES), f"seed {seed} took {wire.now:.0f} s"


def test_one_bit_would_not_be_enough() -> None:
    with pytest.raises(AssertionError, match="doubled or swapped"):
        for seed in range(1000):
            storm(seed, OneBitReceiver())


def test_a_network_that_loses_all_ends_in_giving_up() -> None:
    wire = Wire(meet=lambda: (), timing=TIMING)
    with pytest.raises(GaveUp):
        wire.run([b"a", b"b"])
    assert wire.sent == TIMING.tries
    assert wire.now < (1 + 2 + 4 + 8 + 8) * (1 + JITTER)
    assert wire.delivered == []


def test_a_fair_network_needs_each_datagram_once() -> None:
    wire = Wire(meet=lambda: (0.01,), timing=TIMING)
    wire.run([b"%d" % number for number in range(100)])
    assert wire.sent == 100
    assert wire.now == pytest.approx(100 * 0.02)


fates = st.lists(st.lists(st.floats(0, 10), max_size=3), max_size=60)


@given(st.lists(st.binary(max_size=5), max_size=8), fates)
def test_whatever_happens_to_any_datagram_nothing_is_lost_doubled_or_swapped(
    messages: list[bytes], fates: list[Delays]
) -> None:
    then_fair: Iterator[Delays] = chain(fates, repeat((0.01,)))
    wire = Wire(meet=lambda: next(then_fair), timing=PATIENT)
    wire.run(messages)
    assert wire.delivered == messages


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 10**12]), max_size=50), st.integers(0, 5))
def test_any_acknowledgements_at_all_keep_the_order(numbers: list[int], count: int) -> None:
    sender, sent = new_sender(), []
    for payload in range(count):
        sent.append(sender.send(b"%d" % payload, 0.0))
    sent += [sender.acknowledge(number, 0.0) for number in numbers]
    real = [message for message in sent if message]
    assert real == [Message(number, b"%d" % number) for number in range(len(real))]


def test_the_default_times_are_those_of_the_protocol() -> None:
    page = " ".join(Path(chatlab.__file__).with_name("PROTOCOL.md").read_text(encoding="utf-8").split())
    default = DEFAULT_TIMING
    assert f"after {default.first:g} s, then after twice as long each time, up to {default.longest:g} s" in page
    assert f"after {default.tries} tries it gives up" in page
