"""The checks of ex08: each side by hand, in simulated time, step by step; last both of them in a storm.

A message tells the steps that led to what went wrong; what the sender and the receiver said to each other is beside it.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.threads import OwnThreads
from chatlab.weather.fate import Conditions
from chatlab.weather.simulated import SimulatedNetwork

TIMEOUT, TRIES = 1.0, 4
STEPS_SHOWN = 8

STORM = Conditions(loss=0.3, repeat=0.2, reorder=0.2, delay=0.02, jitter=0.1)
TEXTS = [b"text %d" % number for number in range(300)]
TICK = 0.05  # seconds, as all times
PATIENCE = 20_000.0  # of simulated time; about 500 are needed
STORM_TRIES = 100

ONE_AT_A_TIME = "While a message is not acknowledged, the next ones wait for their turn, in order."
TURN = "Its acknowledgement ends its turn: the next that waits is sent now, with the next number."
IN_ORDER = "Several may wait, and they go in the order in which they came."
AGAIN = (
    "What is not acknowledged goes again, with its number, at the first tick at which `now` has reached its time-out."
)
TOO_EARLY = "It is not due yet: remember when it is due again, from the `now` of its sending, and compare."
DOUBLING = "The second time-out of a message is twice as long as its first, the third twice as long as the second."
SINCE = "A time-out begins when the message was sent again, however late the tick came."
AFRESH = "A new message begins afresh: with `timeout`, and with all its tries."
LAST_TRY = "The last try has its time-out, too; when that is over, nothing is sent any more: raise ConnectionError(…)."
IDLE = "No message is under way, so nothing is due, however often tick is called."
TOO_SOON = f"It gave up too early: a message is sent {TRIES} times, each with its time-out, the last too. {AFRESH}"
OLD = "Only the acknowledgement of the message that is under way counts: compare the numbers, and change nothing else."
NOTHING_WAITS = "Nothing here waits or looks at a clock: tick is called again and again, and is told the time."
NUMBERS = "Numbers begin with 0, and each message has the next; sent again, it keeps its number."
LOST = (
    "Its acknowledgement was lost, so it came again: there is nothing to hand on, but it has to be acknowledged again,"
    " or the sender repeats it until it gives up."
)
ODD = b"\xff two\n "
ANY_BYTES = "A payload is handed on byte for byte: nothing is decoded, or cut off at its ends."
EMPTY = "b'' is a message like any other, and so is number 0, though both are false in an `if`: ask `is None`."

Sent = tuple[int, bytes]
Reaction = tuple[bytes | None, int | None]
NOTHING: Reaction = (None, None)
FAULTS = (NameError, TypeError, AttributeError, NotImplementedError, NotYetRight)  # of the code, and no way to give up


class Play:
    """The steps so far, and the learner's answer to the last one."""

    def __init__(self, attempt: Any, made: str, make: Callable[[], Any]) -> None:
        self.attempt = attempt
        self.made = made
        self._steps: list[str] = []
        self._threads = OwnThreads()
        attempt.did(f"Made {made}.")
        self.side = make()

    def did(self, step: str) -> None:
        self._steps.append(step)
        earlier = "…, " if len(self._steps) > STEPS_SHOWN else ""
        self.attempt.did(f"Made {self.made}; then {earlier}{', '.join(self._steps[-STEPS_SHOWN:])}.")

    def answer(self, call: Callable[[], object], expected: str, means: str) -> object:
        try:
            answer = call()
        except (LookupError, ValueError, ConnectionError) as error:
            saw = f"The last step raised {type(error).__name__}: {error}. Expected: {expected}."
            means = TOO_SOON if isinstance(error, ConnectionError) and means != IDLE else means
            means = ANY_BYTES if isinstance(error, UnicodeError) else means
            raise NotYetRight(saw, means).with_traceback(error.__traceback__) from None
        expect_plain(answer, self._steps[-1].partition("(")[0])
        if self._threads.left:
            raise NotYetRight("The last step started a thread.", NOTHING_WAITS)
        return answer


class SenderPlay(Play):
    """A Sender of the learner's. `expected`: what is to be sent now, if anything."""

    def __init__(self, attempt: Any, learner: Any, timeout: float = TIMEOUT, tries: int = TRIES) -> None:
        self._tries = tries
        made = f"Sender(timeout={timeout}, tries={tries})"
        super().__init__(attempt, made, lambda: learner.Sender(timeout=timeout, tries=tries))

    def send(self, payload: bytes, now: float, expected: Sent | None, means: str) -> None:
        self._expect(f"send({payload!r}, now={now})", lambda: self.side.send(payload, now), expected, means)

    def acknowledge(self, number: int, now: float, expected: Sent | None, means: str) -> None:
        self.attempt.crossed("receiver", "sender", acknowledgement(number))
        step = f"acknowledge({number}, now={now})"
        self._expect(step, lambda: self.side.acknowledge(number, now), expected, means)

    def tick(self, now: float, expected: Sent | None, means: str) -> None:
        self._expect(f"tick(now={now})", lambda: self.side.tick(now), expected, means)

    def give_up(self, now: float, number: int, means: str = LAST_TRY) -> None:
        """The tick at `now` has to raise ConnectionError about message `number`."""
        self.did(f"tick(now={now})")
        expected = f"ConnectionError, because message {number} was sent {self._tries} times"
        try:
            answer = self.side.tick(now)
        except ConnectionError as error:
            text = str(error)
            if not {str(number), str(self._tries)} <= set(re.findall(r"\d+", text)):
                saw = f"The error says {text!r}. Expected: the message's number, {number}, and the {self._tries} tries."
                raise NotYetRight(saw, "People read that text: it is to say which message, and how often.") from None
        except Exception as error:
            if isinstance(error, FAULTS):
                raise
            saw = f"The last step raised {type(error).__name__}: {error}. Expected: {expected}."
            raise NotYetRight(saw, means).with_traceback(error.__traceback__) from None
        else:
            means = "`raise` it: who calls may overlook an answer." if isinstance(answer, Exception) else means
            raise NotYetRight(f"The last step answered {answer!r}. Expected: {expected}.", means)

    def send_no_more(self, now: float) -> None:
        """It has given up: whatever tick does by then, it sends nothing."""
        self.did(f"tick(now={now})")
        with contextlib.suppress(Exception):
            if messages_in(answer := self.side.tick(now)):
                saw = f"After its ConnectionError, the last step answered {answer!r}. Expected: nothing to send."
                raise NotYetRight(saw, f"A message is sent {self._tries} times at most, however often tick is called.")

    def _expect(self, step: str, call: Callable[[], object], expected: Sent | None, means: str) -> None:
        wanted = f"Message(number={expected[0]}, payload={expected[1]!r})" if expected else "None"
        self.did(step)
        answer = self.answer(call, wanted, means)
        for number, payload in messages_in(answer):
            self.attempt.crossed("sender", "receiver", message(number, payload))
        if answer != expected:
            saw = f"The last step answered {answer!r}. Expected: {wanted}."
            raise NotYetRight(saw, cause(answer) or f"{means}{about_the_number(answer, expected)}")


class ReceiverPlay(Play):
    """A Receiver of the learner's."""

    def __init__(self, attempt: Any, learner: Any) -> None:
        super().__init__(attempt, "Receiver()", learner.Receiver)
        self._message = learner.Message

    def receive(self, number: int, payload: bytes, expected: Reaction, means: str) -> None:
        self.attempt.crossed("sender", "receiver", message(number, payload))
        wanted = f"Reaction(hand_on={expected[0]!r}, acknowledge={expected[1]!r})"
        self.did(f"receive(Message({number}, {payload!r}))")
        answer = self.answer(lambda: self.side.receive(self._message(number, payload)), wanted, means)
        if answer != expected:
            saw = f"The last step answered {answer!r}. Expected: {wanted}."
            raise NotYetRight(saw, cause_of_reaction(answer) or means)
        if expected[1] is not None:
            self.attempt.crossed("receiver", "sender", acknowledgement(expected[1]))


@pytest.fixture
def sender(attempt: Any, learner: Any, no_clock: None) -> Callable[..., SenderPlay]:
    return partial(SenderPlay, attempt, learner)


@pytest.fixture
def receiver(attempt: Any, learner: Any, no_clock: None) -> Callable[[], ReceiverPlay]:
    return partial(ReceiverPlay, attempt, learner)


@pytest.fixture
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sleeps is told so, and is not just slow."""

    def sleep(seconds: float) -> None:
        raise NotYetRight(f"It slept for {seconds} s.", NOTHING_WAITS)

    monkeypatch.setattr(time, "sleep", sleep)


def test_numbers_the_messages(sender: Any) -> None:
    """sends a message with its number, from 0 on"""
    play = sender()
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.acknowledge(0, 0.5, None, "Nothing waits, so nothing is to be sent.")
    play.send(b"two", 1.0, (1, b"two"), "Nothing is under way, so it is sent now, with the next number.")


def test_one_at_a_time(sender: Any) -> None:
    """has one message under way at a time, and the others wait"""
    play = sender()
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.send(b"two", 0.0, None, ONE_AT_A_TIME)
    play.send(b"three", 0.25, None, ONE_AT_A_TIME)
    play.acknowledge(0, 0.5, (1, b"two"), f"{TURN} {IN_ORDER}")
    play.acknowledge(1, 0.75, (2, b"three"), f"{TURN} {IN_ORDER}")
    play.acknowledge(2, 1.0, None, "Nothing waits any more.")
    play.send(b"four", 1.25, (3, b"four"), "Nothing is under way, so it is sent now.")


def test_times_out(sender: Any) -> None:
    """sends again what was not acknowledged in time"""
    play = sender()
    for now in (9.0, 9.5):
        play.tick(now, None, IDLE)
    play.send(b"one", 10.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.tick(10.5, None, TOO_EARLY)
    play.tick(11.0, (0, b"one"), AGAIN)
    play.tick(11.25, None, f"It was sent a moment ago. {TOO_EARLY}")
    play.acknowledge(0, 11.5, None, "Nothing waits, so nothing is to be sent.")
    for again in range(TRIES + 2):
        play.tick(98.0 * 2**again, None, IDLE)  # so that each would be due


def test_doubles_the_time_out(sender: Any) -> None:
    """waits twice as long each time, and begins afresh with the next message"""
    play = sender()
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.send(b"two", 0.0, None, ONE_AT_A_TIME)
    play.tick(1.0, (0, b"one"), AGAIN)
    play.tick(2.75, None, DOUBLING)
    play.tick(3.0, (0, b"one"), DOUBLING)
    play.tick(6.75, None, DOUBLING)
    play.tick(8.0, (0, b"one"), f"It was due at 7.0. {DOUBLING}")
    play.acknowledge(0, 9.0, (1, b"two"), TURN)
    play.tick(9.75, None, TOO_EARLY)
    play.tick(10.0, (1, b"two"), AFRESH)
    play.tick(11.75, None, f"{AFRESH} {DOUBLING}")
    play.tick(12.0, (1, b"two"), f"{AFRESH} {DOUBLING}")


def test_a_late_tick(sender: Any) -> None:
    """counts a time-out from when the message was sent, however late the tick came"""
    play = sender()
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.tick(1.5, (0, b"one"), f"It was due at 1.0. {AGAIN}")
    play.tick(3.25, None, f"{SINCE} {DOUBLING}")
    play.tick(3.5, (0, b"one"), f"{SINCE} {DOUBLING}")


def test_gives_up(sender: Any) -> None:
    """gives up after the last try, and says so"""
    play = sender()
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.tick(1.0, (0, b"one"), AGAIN)
    play.acknowledge(0, 1.5, None, "Nothing waits, so nothing is to be sent.")
    play.send(b"two", 10.0, (1, b"two"), "Nothing is under way, so it is sent now.")
    play.tick(11.0, (1, b"two"), AGAIN)
    play.tick(13.0, (1, b"two"), AGAIN)
    play.tick(17.0, (1, b"two"), f"It was sent three times so far, and may be sent {TRIES} times. {AFRESH}")
    play.tick(24.75, None, LAST_TRY)
    play.give_up(25.0, number=1)
    play.send_no_more(60.0)


def test_uses_what_it_is_given(sender: Any) -> None:
    """keeps to the timeout and the tries that it is given"""
    given = "Sender(timeout, tries) is told both numbers: remember them in __init__, and use no others."
    play = sender(timeout=0.25, tries=2)
    play.send(b"one", 0.0, (0, b"one"), "Nothing is under way, so it is sent now.")
    play.tick(0.25, (0, b"one"), given)
    play.tick(0.625, None, given)
    play.give_up(0.75, number=0, means=given)


def test_old_acknowledgements(sender: Any) -> None:
    """ignores acknowledgements of anything but the message under way"""
    play = sender()
    play.acknowledge(0, 0.0, None, OLD)
    play.send(
        b"one", 1.0, (0, b"one"), "Nothing is under way, so it is sent now. What was acknowledged before is not it."
    )
    play.send(b"two", 1.0, None, ONE_AT_A_TIME)
    play.send(b"three", 1.0, None, ONE_AT_A_TIME)
    play.acknowledge(7, 1.25, None, OLD)
    play.acknowledge(0, 1.5, (1, b"two"), TURN)
    play.acknowledge(0, 1.75, None, f"That message was sent twice, so it was acknowledged twice. {OLD}")
    play.tick(2.5, (1, b"two"), f"Message 1 is still not acknowledged, and due since it was sent at 1.5. {OLD}")
    play.acknowledge(1, 3.0, (2, b"three"), TURN)
    play.acknowledge(2, 3.5, None, "Nothing waits any more.")
    play.acknowledge(2, 3.75, None, OLD)
    play.acknowledge(2, 3.75, None, OLD)
    play.send(b"four", 4.0, (3, b"four"), OLD)


def test_receives(receiver: Any) -> None:
    """hands on each message, and acknowledges it"""
    play = receiver()
    for number, payload in enumerate((b"one", b"two", b"three")):
        play.receive(number, payload, (payload, number), "It is the next one: hand it on, and acknowledge its number.")


def test_receives_again(receiver: Any) -> None:
    """hands a repeat on no more, and acknowledges it again"""
    play = receiver()
    play.receive(0, b"one", (b"one", 0), "It is the next one: hand it on, and acknowledge its number.")
    play.receive(0, b"one", (None, 0), LOST)
    play.receive(0, b"one", (None, 0), LOST)
    same = "Its number is new, though its text is not: people may say the same twice. The number tells, not the text."
    play.receive(1, b"one", (b"one", 1), same)
    play.receive(1, b"one", (None, 1), LOST)
    play.receive(0, b"one", (None, 0), f"A repeat is acknowledged with its own number, however old it is. {LOST}")
    play.receive(2, b"two", (b"two", 2), "It is the next one: hand it on, and acknowledge its number.")


def test_receives_too_early(receiver: Any) -> None:
    """neither hands on nor acknowledges what is not its turn yet"""
    early = (
        "One before it is missing: to acknowledge what is not handed on would lose it, and to hand it on swaps them."
    )
    play = receiver()
    play.receive(1, b"two", NOTHING, early)
    play.receive(0, b"one", (b"one", 0), "It is the next one: hand it on, and acknowledge its number.")
    play.receive(2, b"three", NOTHING, early)
    play.receive(1, b"two", (b"two", 1), "It was not handed on when it came too early: now it is.")


def test_nothing_at_all(sender: Any, receiver: Any) -> None:
    """takes any bytes for a payload, none at all too"""
    play = sender()
    play.send(b"", 0.0, (0, b""), EMPTY)
    play.send(b"", 0.0, None, ONE_AT_A_TIME)
    play.send(ODD, 0.0, None, ONE_AT_A_TIME)
    play.tick(1.0, (0, b""), EMPTY)
    play.acknowledge(0, 1.5, (1, b""), EMPTY)
    play.acknowledge(1, 2.0, (2, ODD), ANY_BYTES)
    other = receiver()
    other.receive(0, b"", (b"", 0), EMPTY)
    other.receive(0, b"", (None, 0), LOST)
    other.receive(1, ODD, (ODD, 1), ANY_BYTES)


def test_two_senders(sender: Any) -> None:
    """keeps two senders apart, each with a memory of its own"""
    ada, bob = sender(), sender(timeout=0.5, tries=2)
    ada.made = bob.made = "two senders, and looked at this one"
    shared = why_shared(ada.side, bob.side)
    ada.send(b"one", 0.0, (0, b"one"), shared)
    bob.send(b"uno", 0.25, (0, b"uno"), shared)
    bob.send(b"due", 0.25, None, shared)
    bob.tick(0.75, (0, b"uno"), shared)
    ada.tick(1.0, (0, b"one"), shared)
    ada.acknowledge(0, 1.25, None, shared)
    bob.tick(1.5, None, shared)
    bob.acknowledge(0, 1.5, (1, b"due"), shared)
    bob.tick(2.0, (1, b"due"), shared)
    ada.send(b"two", 2.0, (1, b"two"), shared)
    ada.tick(2.75, None, shared)
    ada.tick(3.0, (1, b"two"), shared)
    bob.give_up(3.0, number=1, means=shared)


def test_two_receivers(receiver: Any) -> None:
    """keeps two receivers apart, each with a memory of its own"""
    ada, bob = receiver(), receiver()
    ada.made = bob.made = "two receivers, and looked at this one"
    shared = why_shared(ada.side, bob.side)
    ada.receive(0, b"one", (b"one", 0), shared)
    ada.receive(1, b"two", (b"two", 1), shared)
    bob.receive(0, b"one", (b"one", 0), shared)
    bob.receive(0, b"one", (None, 0), shared)
    ada.receive(2, b"three", (b"three", 2), shared)
    bob.receive(1, b"two", (b"two", 1), shared)


def test_storms(learner: Any, attempt: Any, no_clock: None) -> None:
    """brings three hundred messages through a storm, once each and in order"""
    for seed in (1, 2):
        check_in_a_storm(learner, attempt, seed)


def check_in_a_storm(learner: Any, attempt: Any, seed: int) -> None:
    attempt.did(f"Sent {len(TEXTS)} messages through a network that loses, repeats and reorders.")
    network, handed_on = SimulatedNetwork(STORM, seed=seed), list[bytes]()
    sending, receiving = learner.Sender(timeout=0.2, tries=STORM_TRIES), learner.Receiver()

    def say(answer: object) -> None:
        if answer is None:
            return
        for number, payload in messages_in(answer):
            attempt.crossed("sender", "receiver", message(number, payload))
            if not 0 <= number < len(TEXTS) or payload != TEXTS[number]:
                saw = f"The sender sent {payload!r} as number {number}. Expected: {expected_text(number)}."
                raise NotYetRight(saw, f"{NUMBERS} {IN_ORDER}")
            network.send("sender", "receiver", message(number, payload))
            return
        raise NotYetRight(f"The sender answered {answer!r}.", cause(answer))

    def hear(datagram: bytes) -> None:
        _, number, text = datagram.split(b" ", 2)
        reaction = receiving.receive(learner.Message(int(number), text))
        if means := cause_of_reaction(reaction):
            raise NotYetRight(f"The receiver answered {reaction!r}.", means)
        payload, acknowledged = reaction
        handed_on.extend([] if payload is None else [payload])
        if acknowledged is not None:
            network.send("receiver", "sender", acknowledgement(acknowledged))

    for text in TEXTS:
        say(sending.send(text, network.now))
    while len(handed_on) < len(TEXTS) and network.now < PATIENCE:
        arrival = network.receive(until=network.now + TICK)
        if arrival is None:
            say(sending.tick(network.now))
        elif arrival.destination == "receiver":
            hear(arrival.datagram)
        else:
            attempt.crossed("receiver", "sender", arrival.datagram)
            say(sending.acknowledge(int(arrival.datagram.split()[1]), network.now))
        if handed_on[-1:] != TEXTS[: len(handed_on)][-1:]:
            place = len(handed_on) - 1
            saw = f"Number {place} that was handed on is {handed_on[-1]!r}. Expected: {TEXTS[place]!r}."
            again = handed_on[-1] in handed_on[:-1]
            raise NotYetRight(saw, f"It {'came again' if again else 'came too early'}: hand on the next number alone.")
    if len(handed_on) < len(TEXTS):
        saw = f"After {PATIENCE:,.0f} s, {len(handed_on)} of {len(TEXTS)} messages were handed on."
        raise NotYetRight(saw, "What went last each way stands below: who of the two did nothing about it?")


def message(number: object, payload: bytes) -> bytes:
    return f"message {number} ".encode() + payload


def acknowledgement(number: object) -> bytes:
    return f"acknowledge {number}".encode()


def messages_in(answer: object) -> list[Sent]:
    """The message that `answer` is, if it is one."""
    match answer:
        case (int(number), bytes(payload)):
            return [(number, payload)]
    return []


def expected_text(number: int) -> str:
    return repr(TEXTS[number]) if 0 <= number < len(TEXTS) else f"a number from 0 to {len(TEXTS) - 1}"


def cause(answer: object) -> str:
    """What is wrong whatever the step is about; '' if nothing of that kind."""
    if isinstance(answer, list):
        return "The answer is one message or None, and no list: one is under way at a time."
    if isinstance(answer, tuple) and len(answer) == 2 and not messages_in(answer):
        return "In Message(number, payload), the number is an int, and the payload the very bytes that send was given."
    if answer is not None and not messages_in(answer):
        return "The answer is to be Message(number, payload): the number goes along, or nobody can acknowledge it."
    return ""


def about_the_number(answer: object, expected: Sent | None) -> str:
    """The rule for numbers, if the right payload has a wrong one."""
    wrong = (number for number, payload in messages_in(answer) if expected and payload == expected[1])
    return "".join(f" {NUMBERS}" for number in wrong if expected and number != expected[0])


def cause_of_reaction(answer: object) -> str:
    if answer is None:
        return "A branch of the method ends without `return`."
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "The answer is to be Reaction(hand_on, acknowledge); either may be None."
    return ""
