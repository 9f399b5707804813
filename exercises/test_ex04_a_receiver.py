"""The checks of ex04, on real sockets. Nothing waits for a while to pass: a check waits for what has to happen, up to a
limit; and a watched socket says when the receiving thread waits in it, so that stop() always meets the hardest case.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.threads import OwnThreads

LIMIT = 1.5  # seconds for what has to be done within one second
SHORTEST_WAIT = 0.01
# What a program might choose as a word of its own for "stop", and what anybody may send as well.
TEXTS = (b"", b"stop", b"STOP", b"!q", b"quit", b"exit", b"\x00", b"\xff\xfe")
LARGEST = b"x" * 65_507
TOO_SMALL = "The number in recvfrom(…) was too small, and the rest of the datagram is lost: 65,507 is always enough."
CLOSED = (
    "Who opened it closes it; here that is not the Receiver. And on Linux close() does not wake a thread that waits in "
    "the socket: the lesson has a section about that."
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
        self._receiver = learner.Receiver(sock)
        sock.expect_another_thread()

    def start(self) -> None:
        self._did("called start()")
        self._receiver.start()

    def send(self, *texts: bytes) -> None:
        self._did(f"sent {', '.join(map(shown, texts))}")
        for text in texts:
            self._sender.sendto(text, self.sock.getsockname())
            self._attempt.crossed("sender", "sock", text)

    def expect(self, *texts: bytes, means: str) -> None:
        for number, text in enumerate(texts, start=1):
            try:
                message = self._receiver.messages.get(timeout=LIMIT)
            except queue.Empty:
                self._check_open()
                raise NotYetRight(
                    f"After {LIMIT} s, message {number} of {len(texts)} was not in the queue: {shown(text)}.", means
                ) from None
            if message != text:
                saw = f"The queue had {shown(message)}. Expected: {shown(text)}."
                raise NotYetRight(saw, cause(message, text) or means)

    def expect_no_more(self, means: str) -> None:
        if not self._receiver.messages.empty():
            raise NotYetRight(f"The queue has {self._receiver.messages.get()!r}, which nobody sent.", means)

    def stop(self, means: str) -> None:
        """Call stop() in a thread, which it may not keep for longer than the limit; then its own must have ended."""
        self._did("called stop()")
        call = self._threads.call(self._receiver.stop)
        returned = call.wait(LIMIT)
        self._check_open("" if returned else f", and stop() had not returned after {LIMIT} s")
        if not call.has_ended():
            raise NotYetRight(f"stop() had not returned after {LIMIT} s.", means)
        if left := self._threads.left:
            # One that ends a little later was told to: then what is missing is the waiting, whatever else is checked.
            left[0].join(LIMIT / 3)
            raise NotYetRight(
                f"stop() has returned, and {len(left)} thread is still running.",
                means if left[0].is_alive() else NOT_JOINED,
            )

    def _check_open(self, more: str = "") -> None:
        if self.sock.was_closed:
            raise NotYetRight(f"The socket is closed{more}.", CLOSED)

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


def test_stops_while_nothing_arrives(run: Any) -> None:
    """stops within a second while it waits for a datagram"""
    receiver = run()
    receiver.start()
    receiver.send(b"one")
    receiver.expect(b"one", means="The thread receives, and puts each datagram.")
    receiver.sock.wait_for_receives(2, LIMIT / 3)
    receiver.stop(
        "The thread waits in recvfrom, and sees no flag there. Send a datagram to its own address, or give recvfrom a "
        "timeout; the thread then looks at the flag and returns."
    )
    receiver.expect_no_more(
        "A datagram that is only to wake the thread is no message: look at the flag before you put."
    )


def test_stop_waits_for_the_thread(run: Any) -> None:
    """returns from stop only when the thread has ended"""
    receiver = run()
    receiver.sock.after_receive = lambda: threading.Event().wait(0.2)  # the thread takes its time
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
    receiver.send(LARGEST)
    receiver.expect(LARGEST, means=TOO_SMALL)  # on Windows, a small buffer is an error


def test_goes_on_after_an_error(run: Any) -> None:
    """goes on after a ConnectionResetError"""
    receiver = run()
    receiver.sock.error = ConnectionResetError("somebody's port is closed")
    receiver.start()
    receiver.send(b"lost in the error", b"after the error")
    receiver.expect(
        b"after the error",
        means="The error ended the thread: catch ConnectionResetError inside the loop, and receive again.",
    )


def test_stops_while_datagrams_keep_arriving(run: Any) -> None:
    """stops within a second while datagrams keep arriving"""
    receiver = run()
    receiver.sock.after_receive = lambda: receiver.sock.sendto(b"more", receiver.sock.getsockname())
    receiver.start()
    receiver.send(b"more")
    receiver.expect(b"more", b"more", means="The thread receives again and again, and puts each datagram.")
    receiver.stop("There is always something to receive, so a timeout never comes: look at the flag in every round.")


def test_stops_twice(run: Any) -> None:
    """may be stopped twice, and before it was started"""
    receiver = run()
    receiver.start()
    receiver.stop("See the check of stop() above.")
    receiver.stop("The second stop() waits for a thread that has ended: see first whether it is there and is alive.")
    never_started = run()
    never_started.stop("There is no thread yet: see first whether it is there and is alive.")


def test_does_not_burn_the_processor(run: Any) -> None:
    """waits without keeping the processor busy"""
    receiver = run()
    waits: list[float | None] = []
    receiver.sock.after_receive = lambda: waits.append(receiver.sock.gettimeout())
    receiver.start()
    receiver.send(b"one")
    receiver.expect(b"one", means="The thread receives, and puts each datagram.")
    if any(wait is not None and wait < SHORTEST_WAIT for wait in waits):
        raise NotYetRight(
            f"recvfrom was called with a timeout of {min(wait for wait in waits if wait is not None):g} s.",
            "The loop turns without a rest and keeps a processor busy: let recvfrom wait, for some tenths of a second.",
        )


def cause(message: object, text: bytes) -> str:
    if isinstance(message, tuple):
        return "recvfrom gives the datagram and its sender; only the datagram is to go into the queue."
    if isinstance(message, str):
        return "The queue is to have bytes, as they came: what they mean is for others to decide."
    if isinstance(message, bytes) and message and text.startswith(message):
        return TOO_SMALL
    return ""


def shown(message: object) -> str:
    is_long = isinstance(message, bytes) and len(message) > 40
    return f"{len(message):,} bytes" if is_long else repr(message)
