"""The checks of ex04, on real sockets. Nothing waits for a while to pass: a check waits for what has to happen, up to a
limit; and a watched socket says when the receiving thread waits in it, so that stop() always meets the hardest case.
"""

from __future__ import annotations

import queue
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.threads import OwnThreads, line_of, patiently, pausing_after_sends, waits_in

LIMIT = 1.5  # seconds for what has to be done within one second
SILENCE = 0.6  # seconds
MOMENT = 0.2  # seconds
MANY = 200
# What a program might choose as a word of its own for "stop", and what anybody may send as well.
TEXTS = (b"", b" two spaces \n", b"stop", b"STOP", b"!q", b"quit", b"exit", b"\x00", b"\xff\xfe")
LARGEST = b"x" * 65_507
TOO_SMALL = (
    "The buffer was too small, and the rest of the datagram is lost: recvfrom(65_507) takes the largest there is."
)
CLOSED = (
    "Who opened it closes it; here that is not the Receiver. And on Linux close() does not wake a thread that waits in "
    "the socket: the lesson has a section about that."
)
SHUT_DOWN = (
    "That is the end of the socket, for all who have it; here it is to stay open. To wake the thread, send a datagram "
    "to the socket's own address, or give recvfrom a timeout."
)
WOKEN_TOO_EARLY = (
    "The thread was woken, and received again: when it looked, nothing told it to end. First set what it looks at, "
    "then wake it; and let it look after each receive."
)
WAITS_IN_RECVFROM = (
    "The thread waits in recvfrom, and sees no flag there. Send a datagram to its own address, or give recvfrom a "
    "timeout; the thread then looks at the flag and returns."
)
NOT_ENDED = "The thread has not ended: it sees too late, or not at all, that it is to end."
LARGEST_TOO = "The largest datagram that there is, 65,507 bytes, is a message too; and only stop() ends the thread."
START_STARTS = "It is start() that starts the thread: __init__ only makes what the thread will need."
NOTHING_TO_STOP = (
    "To stop what has stopped, or never started, does nothing: see first whether a thread is there, and is alive."
)
NOT_JOINED = "stop() has to wait for the end of the thread: thread.join(), after it was told to end."


class Run:
    """A receiver of the learner's at a socket, and somebody who sends to it."""

    def __init__(self, attempt: Any, learner: Any, sock: LentSocket, sender: socket.socket) -> None:
        self.sock = sock
        self._attempt = attempt
        self._sender = sender
        self._threads = OwnThreads()
        self._steps = ["Made a Receiver"]
        self._attempt.did("Made a Receiver.")
        sock.before_send = lambda datagram, address: attempt.crossed("sock", "sock", datagram)  # what wakes the thread
        self.receiver = learner.Receiver(sock)
        sock.expect_another_thread()

    def start(self) -> None:
        if self._threads.left and patiently(lambda piece: self.sock.receives or threading.Event().wait(piece), MOMENT):
            raise NotYetRight("Before start() was called, a thread had begun to receive.", START_STARTS)
        self._did("called start()")
        messages = getattr(self.receiver, "messages", None)
        expect_plain(self.receiver.start(), "start")
        if messages is not None and self.receiver.messages is not messages:
            raise NotYetRight(
                "After start(), `messages` is another queue than before.",
                "Whoever waits at the first one waits for ever: one Receiver has one queue, made in __init__.",
            )

    def send(self, *texts: bytes) -> None:
        self._did(f"sent {', '.join(map(shown, texts))}")
        for text in texts:
            self._sender.sendto(text, self.sock.getsockname())
            self._attempt.crossed("sender", "sock", text)

    def send_to_itself(self) -> None:
        with suppress(OSError):  # whatever was done to the socket, a check will say it
            socket.socket.sendto(self.sock, b"more", self.sock.getsockname())

    def expect(self, *texts: bytes, means: str) -> None:
        for number, text in enumerate(texts, start=1):
            try:
                message = self.receiver.messages.get(timeout=LIMIT)
            except queue.Empty:
                self.check_open()
                saw = f"After {LIMIT} s, message {number} of {len(texts)} was not in the queue: {shown(text)}."
                saw += "" if self._threads.left else " No thread of your code was running."
                if not self.sock.receives:
                    means = "Nobody has received at the socket that was handed over: self.sock.recvfrom(…)."
                    if not self._threads.left:
                        means = "None has begun to receive: start() is to start one that does."
                raise NotYetRight(saw, means) from None
            if message != text or not isinstance(message, bytes):
                raise NotYetRight(f"The queue had {against(message, text)}", cause(message, text, texts[number:]))

    def wait_for_a_message(self) -> None:
        patiently(lambda piece: not self.receiver.messages.empty() or threading.Event().wait(piece), LIMIT)

    def expect_after_errors(self, lost: tuple[bytes, ...], text: bytes) -> None:
        self.wait_for_a_message()
        means = "catch ConnectionResetError inside the loop, and receive again."
        if self._threads.left:
            means = "a thread still runs, and is to receive again at once, without a rest."
        # Who receives by a socket of their own at the same port meets no error.
        raised = len(lost) - (self.sock.error_times if self.sock.error else 0)
        means = f"Until then, recvfrom had raised ConnectionResetError {('never', 'once', 'twice')[raised]}: {means}"
        self.expect(*(() if raised else lost), text, means=means)

    def expect_no_more(self, means: str) -> None:
        if not self.receiver.messages.empty():
            raise NotYetRight(f"The queue has {self.receiver.messages.get()!r}, which nobody sent there.", means)

    def expect_one_thread(self, messages: int) -> None:
        if self._attempt.threads_started >= messages:
            raise NotYetRight(
                f"For {messages} datagrams, {self._attempt.threads_started} threads were started.",
                "One thread does it all, in a loop: it receives, puts, and receives again. So the order stays, too.",
            )

    def expect_room_for_more(self) -> None:
        """Until many datagrams have been received, which nobody takes from the queue."""
        if patiently(lambda piece: self.sock.receives > MANY or threading.Event().wait(piece), LIMIT):
            return
        received = self.sock.receives
        threading.Event().wait(MOMENT)  # whoever is in put() for a moment only goes on
        if received == self.sock.receives and any(waits_in(thread, "queue", "put") for thread in self._threads.left):
            raise NotYetRight(
                f"Nobody took anything out, and after {self.sock.receives} receives the thread waits in put().",
                "A queue with a limit stops the thread when it is full, so that stop() can't end it: Queue() has none.",
            )

    def be_silent(self) -> None:
        """For a while, and for several time-outs, however long they are."""
        self._did("sent nothing for a while")
        self.sock.is_hurried = True
        threading.Event().wait(SILENCE)
        self.sock.is_hurried = False

    def expect_rest(self) -> None:
        self._did("sent nothing for a while")
        expect_rest(lambda: self.sock.receives)

    def expect_nothing_left(self) -> None:
        if select.select([self.sock], [], [], 0)[0]:
            raise NotYetRight(
                "A datagram is left at the socket, and whoever receives there next will take it for a message.",
                "To stop what has stopped, or never started, does nothing: no thread is there that is to be woken.",
            )

    def stop(self, means: str, pausing: bool = False, is_idle: bool = False) -> None:
        """Call stop() in a thread, which it may not keep for longer than the limit; then its own must have ended.

        `pausing`: what stop() sends is received before its next line runs. `is_idle`: no thread of the receiver's runs.
        """
        self._did("called stop()")
        begun, running = self.sock.receives, len(self._threads.left)

        def stop() -> None:
            expect_plain(self.receiver.stop(), "stop")

        with pausing_after_sends() if pausing else nullcontext():
            call = self._threads.call(stop)
            returned = call.wait(LIMIT)
        if is_idle and isinstance(call.error, AttributeError | RuntimeError | TypeError):
            saw = f"stop() raised {type(call.error).__name__}: {call.error}."
            raise NotYetRight(saw, NOTHING_TO_STOP).with_traceback(call.error.__traceback__) from None
        self.check_open("" if returned else f", and stop() had not returned after {LIMIT} s")
        timeout = self.sock.gettimeout()
        if timeout is None and self.sock.receives > begun and self.sock.after_receive != self.send_to_itself:
            means = WOKEN_TOO_EARLY
        elif timeout and timeout >= 1:
            means = f"recvfrom has a timeout of {timeout:g} s, and the thread sees nothing else before that is over."
        if 0 < len(self._threads.left) < running:
            means = (
                f"{running} threads were running, and only some have ended: one datagram wakes one of them, no more."
            )
        if not call.has_ended():
            raise NotYetRight(f"stop() had not returned after {LIMIT} s.", self._why_not_ended(call.thread, means))
        if left := self._threads.left:
            # One that ends a little later was told to: then what is missing is the waiting, whatever else is checked.
            left[0].join(LIMIT / 3)
            raise NotYetRight(
                f"stop() has returned, and {len(left)} thread is still running.",
                means if left[0].is_alive() else NOT_JOINED,
            )

    def _why_not_ended(self, stopping: threading.Thread, means: str) -> str:
        lines = [line for thread in self._threads.left if "sleep(" in (line := line_of(thread))]
        if lines:
            return f"The thread is in this line: {lines[0]}. Until it goes on, it sees nothing of what stop() does."
        if means == WAITS_IN_RECVFROM and waits_in(stopping, "threading", "join"):
            return f"{means} All that comes before join(), in which stop() waits."
        return NOT_ENDED if means == NOT_JOINED else means

    def check_open(self, more: str = "") -> None:
        if self.sock.was_closed:
            raise NotYetRight(f"The socket is closed{more}.", CLOSED, section="close() is not enough either")
        if self.sock.was_shut_down:
            raise NotYetRight(f"sock.shutdown(…) was called{more}.", SHUT_DOWN)

    def _did(self, step: str) -> None:
        self._steps.append(step)
        self._attempt.did(f"{', then '.join(self._steps)}.")


@pytest.fixture
def run(learner: Any, attempt: Any) -> Iterator[Callable[[], Run]]:
    attempt.leaves_running()  # where a check says nothing of stop(), the thread ends with the socket
    sockets: list[LentSocket] = []

    def run() -> Run:
        sockets.append(LentSocket())
        return Run(attempt, learner, sockets[-1], sender)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(LARGEST) + 1)  # macOS sends 9,216 bytes otherwise
        yield run
        for sock in sockets:
            sock.take_back()


def test_passes_messages_on(run: Any) -> None:
    """passes on what arrives, in its order, from a thread of its own"""
    receiver = run()
    receiver.start()
    receiver.send(b"one", b"two", b"three")
    receiver.expect(b"one", b"two", b"three", means="The thread receives again and again, and puts each datagram.")
    receiver.send(b"four", b"four")
    receiver.sock.wait_for_receives(6, LIMIT / 3)
    receiver.expect(b"four", b"four", means="A datagram is a message also if another one had the same bytes.")


def test_goes_on_after_a_silence(run: Any) -> None:
    """rests while nothing arrives, and goes on when something does"""
    receiver = run()
    receiver.start()
    receiver.send(b"one")
    receiver.expect(b"one", means="The thread receives, and puts each datagram.")
    receiver.expect_rest()
    receiver.be_silent()
    receiver.send(b"two")
    receiver.expect(b"two", means="That nothing has arrived for a while is no reason to end: only stop() is.")


def test_stops_while_nothing_arrives(run: Any) -> None:
    """stops within a second while it waits for a datagram"""
    receiver = run()
    receiver.start()
    receiver.send(b"one")
    receiver.expect(b"one", means="The thread receives, and puts each datagram.")
    receiver.sock.wait_for_receives(2, LIMIT / 3)
    receiver.stop(WAITS_IN_RECVFROM)
    receiver.expect_no_more(
        "A datagram that is only to wake the thread is no message: look at the flag before you put."
    )


def test_is_told_before_it_is_woken(run: Any) -> None:
    """stops also when the thread is faster than stop"""
    receiver = run()
    receiver.start()
    receiver.send(b"one")
    receiver.expect(b"one", means="The thread receives, and puts each datagram.")
    receiver.sock.wait_for_receives(2, LIMIT / 3)
    receiver.stop("stop() stood still for a moment behind each line that sends something.", pausing=True)


def test_stop_waits_for_the_thread(run: Any) -> None:
    """returns from stop only when the thread has ended"""
    receiver = run()
    receiver.sock.after_receive = lambda: threading.Event().wait(0.2)  # the thread takes its time
    receiver.sock.waits_for_the_woken = False
    receiver.start()
    receiver.sock.wait_for_receives(1, LIMIT / 3)
    receiver.stop(NOT_JOINED)


def test_takes_whatever_is_sent(run: Any) -> None:
    """passes on every datagram, from the empty one to the largest"""
    receiver = run()
    receiver.start()
    receiver.send(*TEXTS, b"the last")
    receiver.expect(
        *TEXTS,
        b"the last",
        means="Anybody can send these bytes, and they end nothing: a flag that stop() sets is what ends the thread.",
    )
    receiver.expect_one_thread(len(TEXTS))
    receiver.send(LARGEST)
    receiver.expect(LARGEST, means=LARGEST_TOO)


def test_goes_on_after_an_error(run: Any) -> None:
    """goes on after a ConnectionResetError"""
    receiver = run()
    receiver.sock.error, receiver.sock.error_times = ConnectionResetError("somebody's port is closed"), 2
    receiver.start()
    lost = (b"lost in the first error", b"lost in the second")
    receiver.send(*lost, b"after both")
    receiver.expect_after_errors(lost, b"after both")


def test_stops_while_datagrams_keep_arriving(run: Any) -> None:
    """stops within a second while datagrams keep arriving"""
    receiver = run()
    receiver.sock.after_receive = receiver.send_to_itself
    receiver.start()
    receiver.send(b"more", b"more")
    receiver.expect(b"more", b"more", means="The thread receives again and again, and puts each datagram.")
    receiver.expect_room_for_more()
    receiver.stop("There is always something to receive, so a timeout never comes: look at the flag in every round.")


def test_stops_twice(run: Any) -> None:
    """may be stopped twice, and before it was started"""
    receiver = run()
    receiver.start()
    receiver.stop("See the check of stop() above.")
    receiver.stop(
        "The second stop() waits for a thread that has ended: see first whether it is there and is alive.", is_idle=True
    )
    never_started = run()
    never_started.stop("There is no thread yet: see first whether it is there and is alive.", is_idle=True)
    receiver.expect_nothing_left()
    never_started.expect_nothing_left()


def test_two_receivers(run: Any) -> None:
    """two receivers know nothing of each other"""
    first = run()
    first.start()
    second = run()
    second.start()
    shared = why_shared(first.receiver, second.receiver)
    first.send(b"for the first")
    first.wait_for_a_message()
    second.expect_no_more(shared)
    first.expect(b"for the first", means=shared)
    second.stop(shared)
    for datagram in (b"after the second has stopped", b"and again"):  # the thread may look at its flag between the two
        first.send(datagram)
        first.expect(datagram, means=shared)


def cause(message: object, text: bytes, later: tuple[bytes, ...]) -> str:
    if isinstance(message, tuple):
        return "recvfrom gives the datagram and its sender; only the datagram is to go into the queue."
    if not isinstance(message, bytes):
        return "The queue is to have bytes, as they came: what they mean is for others to decide."
    if message in later:
        return "That one came later: every datagram is a message, whatever is in it, and they keep their order."
    if message and len(text) > len(message) > MANY:
        return TOO_SMALL
    return "A datagram goes into the queue as it came: nothing is decoded, taken off or added."


def shown(message: object) -> str:
    is_long = isinstance(message, bytes) and len(message) > 40
    return f"{len(message):,} bytes" if is_long else repr(message)
