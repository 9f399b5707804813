"""The checks of ex05, on real sockets: ada, bob and eve, and the learner's server. Nothing waits for a while to pass;
errors, and a send that takes its time, come from a socket that the check lends it.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.conformance.udp import SUITE
from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.threads import OwnThreads, patiently, waits_in

LIMIT = 1.5  # seconds for what has to be done within one second
MOMENT = 0.2
SHORTEST_WAIT = 0.01
# What a program might choose as a word of its own for "stop", and what anybody may send as well.
TEXTS = (b"", b"stop", b"STOP", b"!q", b"None", b"\x00", b"\xff\xfe", b"SIGNOUT_TAG")
PASS_ON = "For each Delivery: sock.sendto(delivery.datagram, recipient), for each of its recipients."
NOT_JOINED = "stop() has to wait for the end of both threads: thread.join(), after each was told to end."


class Member:
    """Somebody with a socket. Nothing that comes from elsewhere than the server reaches it."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)  # macOS allows 9,216 otherwise
        self.patience = LIMIT  # seconds
        self.sock.connect(server)
        self.address = self.sock.getsockname()

    def receive(self) -> bytes | None:
        """The next datagram; None if there is none in time."""
        received = patiently(self._receive, self.patience)
        return received[0] if received else None

    def _receive(self, seconds: float) -> tuple[bytes] | None:
        self.sock.settimeout(seconds)
        try:
            return (self.sock.recv(65_507),)
        except (TimeoutError, ConnectionError):
            return None


class Run:
    """A server of the learner's, and the people who talk to it."""

    def __init__(self, attempt: Any) -> None:
        self.sock = LentSocket()
        self.threads = OwnThreads()
        self.members: list[Member] = []
        self.unreachable: Member | None = None  # every send to it fails
        self._attempt = attempt
        self._people: list[Member] = []
        self._server: Any = None
        self.sock.before_send = self._before_send

    def make(self, learner: Any) -> None:
        self._attempt.did("Made a Server.")
        self._server = learner.Server(self.sock)
        self.sock.expect_another_thread()

    def close(self) -> None:
        """The check is over. Whether stop() works is what other checks ask."""
        with contextlib.suppress(Exception):
            self.threads.call(self._server.stop).has_ended(LIMIT / 5)
        self.sock.take_back()
        for person in self._people:
            person.sock.close()

    def start(self) -> None:
        self._attempt.did("Called start().")
        self._server.start()

    def meet(self, name: str) -> Member:
        """Somebody who is not in the room."""
        person = Member(name, self.sock.getsockname())
        self._people.append(person)
        return person

    def join(self, name: str, means: str = PASS_ON) -> Member:
        """Somebody who comes in, as everybody hears."""
        member = self.meet(name)
        self.members.append(member)
        self.say(member, f"SIGNUP_TAG:{name}".encode(), f"{name} joined!".encode(), means)
        return member

    def say(self, member: Member, datagram: bytes, heard: bytes, means: str = PASS_ON) -> None:
        """`member` sends `datagram`, and everybody who can be reached hears `heard`."""
        self.send(member, datagram)
        for listener in self.members:
            if listener is not self.unreachable:
                self.expect(listener, heard, means, datagram)

    def send(self, member: Member, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._attempt.did(f"{member.name} sent {short(datagram)}.")
            self._attempt.crossed(member.name, "server", datagram)
            with contextlib.suppress(ConnectionError):  # the server's socket is closed
                member.sock.send(datagram)

    def expect(self, listener: Member, datagram: bytes, means: str, sent: bytes | None = None) -> None:
        heard = listener.receive()
        if heard is None:
            self._check_open()
            raise NotYetRight(f"{listener.name} heard nothing. Expected: {short(datagram)}.", means)
        if heard != datagram:
            if heard == sent:
                means = "That is what came in. What is to go out is the datagram of the Delivery that the room answers."
            raise NotYetRight(f"{listener.name} heard {short(heard)}. Expected: {short(datagram)}.", means)

    def hear_until(self, listener: Member, datagram: bytes, means: str) -> None:
        """`listener` hears `datagram`, after anything else."""
        listener.patience = LIMIT / 3
        while (heard := listener.receive()) != datagram:
            if heard is None:
                self.expect(listener, datagram, means)
                return

    def stop(self, means: str = "") -> None:
        """Call stop(), which is to end both threads. `means`: what it usually means when one goes on; '' to say where
        it waits.
        """
        self._attempt.did("Called stop().")
        call = self.threads.call(self._server.stop)
        call.wait(LIMIT)
        self._check_open()
        if not call.has_ended():
            raise NotYetRight(f"stop() had not returned after {LIMIT} s.", means or self._why_it_goes_on())
        if left := self.threads.left:
            means = means or self._why_it_goes_on()
            left[0].join(LIMIT / 3)
            # One that ends a little later was told to: then what is missing is the waiting.
            means = means if left[0].is_alive() else NOT_JOINED
            raise NotYetRight(f"stop() has returned, and {len(left)} of its threads had not ended.", means)

    def _check_open(self) -> None:
        if self.sock.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not the Server.")

    def _why_it_goes_on(self) -> str:
        if any(waits_in(thread, "chatlab.grading.for_checks.lent_socket", "_receive") for thread in self.threads.left):
            return (
                "A thread waits in recvfrom, and sees no flag there. Send a datagram to its own address, or give "
                "recvfrom a timeout; the thread then looks at the flag and returns."
            )
        if any(waits_in(thread, "queue", "get") for thread in self.threads.left):
            return (
                "A thread waits in Queue.get, and sees no flag there. Put something into the queue that means the end, "
                "such as None, or give get a timeout."
            )
        return "A thread goes on without end: let it look in every round whether it is to stop."

    def _before_send(self, datagram: bytes, address: Any) -> None:
        name = next((person.name for person in self._people if person.address == address), "server")
        if self.unreachable and self.unreachable.address == address:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        self._attempt.crossed("server", name, datagram)


@pytest.fixture
def run(learner: Any, attempt: Any) -> Iterator[Callable[[], Run]]:
    attempt.leaves_running()  # what a check does not stop ends with the socket
    with contextlib.ExitStack() as stack:

        def run() -> Run:
            run = Run(attempt)
            stack.callback(run.close)
            run.make(learner)
            return run

        yield run


def test_two_people_talk(run: Any) -> None:
    """lets two people in, and sends each the answers of the room"""
    server = run()
    server.start()
    ada = server.join("ada")
    bob = server.join("bob")
    server.say(ada, b"Hello!", b"ada: Hello!")
    server.say(bob, b"bob: Hi!", b"bob: Hi!")


def test_does_not_burn_the_processor(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """waits without turning round and round"""
    looks = threading.Semaphore(0)  # into the queue, without waiting
    get, empty, qsize = queue.Queue.get, queue.Queue.empty, queue.Queue.qsize

    def watched_get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
        if not block or (timeout is not None and timeout < SHORTEST_WAIT):
            looks.release()
        return get(self, block, timeout)

    def watched_empty(self: Any) -> bool:
        looks.release()
        return empty(self)

    def watched_qsize(self: Any) -> int:
        looks.release()
        return qsize(self)

    monkeypatch.setattr(queue.Queue, "get", watched_get)
    monkeypatch.setattr(queue.Queue, "empty", watched_empty)
    monkeypatch.setattr(queue.Queue, "qsize", watched_qsize)
    waits: list[float | None] = []
    server = run()
    server.sock.after_receive = lambda: waits.append(server.sock.gettimeout())
    server.start()
    server.join("ada")
    if any(wait is not None and wait < SHORTEST_WAIT for wait in waits):
        raise NotYetRight(
            f"recvfrom was called with a timeout of {min(wait for wait in waits if wait is not None):g} s.",
            "The loop turns without a rest and keeps a processor busy: let recvfrom wait, for some tenths of a second.",
        )
    if all(looks.acquire(timeout=MOMENT) for _ in range(20)):
        raise NotYetRight(
            "While nothing arrived, it looked into the queue again and again.",
            "The loop turns without a rest and keeps a processor busy: get() waits until something is there.",
        )


def test_stops_while_nothing_arrives(run: Any) -> None:
    """stops within a second, and tells everybody"""
    server = run()
    server.start()
    server.join("ada")
    server.join("bob")
    server.sock.wait_for_receives(3, LIMIT / 3)
    server.stop()
    for member in server.members:
        member.patience = LIMIT / 3
        server.expect(
            member,
            f"{member.name} left!".encode(),
            "stop() also sends what self.chat.close() answers: else nobody learns that the room is closed.",
        )


def test_stop_waits_for_the_threads(run: Any) -> None:
    """returns from stop only when both threads have ended"""
    server = run()
    server.start()
    server.join("ada")
    server.sock.after_receive = take_a_moment
    before_send = server.sock.before_send

    def send_slowly(datagram: bytes, address: Any) -> None:
        take_a_moment()
        before_send(datagram, address)

    server.sock.before_send = send_slowly
    server.stop()


def test_any_bytes(run: Any) -> None:
    """goes on whatever anybody sends"""
    server = run()
    server.start()
    ada, eve = server.join("ada"), server.meet("eve, who is not in the room,")
    for person in (eve, ada):
        server.send(person, *TEXTS)
    server.send(ada, b"x" * 65_507)
    server.send(ada, b"Still here?")
    means = "Anybody can send such bytes, and they end nothing: a flag that stop() sets is what ends the threads."
    server.hear_until(ada, b"ada: Still here?", means)


def test_a_datagram_that_is_too_long(run: Any) -> None:
    """lets the room see that a datagram is too long"""
    server = run()
    server.start()
    ada = server.join("ada")
    server.say(
        ada,
        b"x" * 1_500,
        b"REFUSED_TAG:a message has at most 1024 bytes",
        "The number in recvfrom(…) was too small: the rest is lost, and the room takes the datagram for a short one.",
    )


def test_goes_on_after_an_error_of_recvfrom(run: Any) -> None:
    """goes on after a ConnectionResetError from recvfrom"""
    server = run()
    server.sock.error = ConnectionResetError("somebody's port is closed")
    server.start()
    server.send(server.meet("eve"), b"lost in the error")
    server.join(
        "ada",
        "recvfrom raised ConnectionResetError, and that ended the thread: catch it inside the loop, and receive again.",
    )


def test_one_who_can_not_be_reached(run: Any) -> None:
    """sends to the others when one can't be reached"""
    server = run()
    server.start()
    ada, server.unreachable, _ = server.join("ada"), server.join("bob"), server.join("eve")
    means = (
        "sendto raised an OSError about bob, and that ended the loop: catch it around the one sendto, so that the "
        "others get theirs."
    )
    server.say(ada, b"Hello!", b"ada: Hello!", means)
    server.say(ada, b"Again!", b"ada: Again!", means)


def test_receives_while_it_sends(run: Any) -> None:
    """receives while a send takes its time"""
    server = run()
    server.start()
    ada = server.join("ada")
    received, go_on = threading.Semaphore(0), threading.Event()
    before_send = server.sock.before_send

    def send_when_told(datagram: bytes, address: Any) -> None:
        go_on.wait(LIMIT)
        before_send(datagram, address)

    server.sock.before_send = send_when_told
    server.sock.after_receive = received.release
    try:
        server.send(ada, b"one", b"two", b"three")
        for number in range(1, 4):
            if not patiently(lambda piece: received.acquire(timeout=piece), LIMIT / 2):
                raise NotYetRight(
                    f"While one sendto took its time, {number - 1} of 3 datagrams were received.",
                    "The thread that receives also sends. It is to put what it gets into the queue, and receive again; "
                    "the other thread asks the room and sends.",
                )
    finally:
        go_on.set()
    for text in (b"ada: one", b"ada: two", b"ada: three"):
        server.expect(ada, text, "The queue keeps the order in which the datagrams came.")


def test_stops_while_datagrams_keep_arriving(run: Any) -> None:
    """stops within a second while datagrams keep arriving"""
    server = run()
    server.start()
    server.join("ada")
    received = threading.Semaphore(0)

    def one_more() -> None:
        received.release()
        socket.socket.sendto(server.sock, b"more", server.sock.getsockname())

    server.sock.after_receive = one_more
    server.send(server.members[0], b"")
    for _ in range(5):
        patiently(lambda piece: received.acquire(timeout=piece), LIMIT / 5)
    server.stop("There is always something to receive, so a timeout never comes: look at the flag in every round.")


def test_stops_twice(run: Any) -> None:
    """stops twice, or before it has started, without a word"""
    server = run()
    server.start()
    server.join("ada")
    server.stop()
    server.stop()
    run().stop()


def test_keeps_to_the_protocol(run: Any, attempt: Any) -> None:
    """keeps to the protocol, case by case: python -m chatlab.conformance"""
    server = run()
    server.start()
    for result in SUITE.run(server.sock.getsockname()):
        attempt.did(f"Played the case: {result.case.name}. The protocol says: {result.case.rule}")
        if result.problem:
            raise NotYetRight(
                result.problem, "UdpChat keeps to the protocol: hand on every datagram, and send every answer."
            )


def take_a_moment() -> None:
    threading.Event().wait(MOMENT)


def short(datagram: bytes) -> str:
    return repr(datagram) if len(datagram) <= 60 else f"{datagram[:10]!r}… ({len(datagram):,} bytes)"
