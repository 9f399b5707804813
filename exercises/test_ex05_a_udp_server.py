"""The checks of ex05, on real sockets: ada, bob and eve, and the learner's server. Errors, and a send that takes its
time, come from a socket that the check lends it. Once stop() hangs, the other checks of stop() wait.
"""

from __future__ import annotations

import contextlib
import errno
import queue
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.conformance.udp import SUITE
from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.asked_room import AskedRooms
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.threads import PIECE, Call, OwnThreads, patiently, waits_in
from chatlab.grading.for_checks.words import words_in
from chatlab.udp.protocol import SignOut, parse_request

LIMIT = 1.5  # seconds for what has to be done within one second
MOMENT = 0.2
SHORTEST_WAIT = 0.01
LONGEST_WAIT = 0.1  # of the learner's own time-outs here, so that a short silence has several
LATE = 0.25  # seconds, for the quickest of several answers
MOST_WORDS = 60  # that somebody may say at once is 100
SUITE_SECONDS = 2.0  # who takes its time with each of hundreds of datagrams is not wrong for that
BACKLOG = 40  # datagrams
# What a program might choose as a word of its own for "stop", and what anybody may send as well.
TEXTS = (b"", b"stop", b"STOP", b"!q", b"None", b"\x00", b"\xff\xfe", b"SIGNOUT_TAG", b"  blanks  \r\n")
PASS_ON = "For each Delivery: sock.sendto(delivery.datagram, recipient), for each of its recipients."
RECEIVES_ALONE = "One thread receives, and only puts what it gets into the queue; the other asks the room, and sends."
TWO_THREADS = "One thread receives, and one other asks the room and sends: with more, it is chance who comes first."
FULL = "A thread waits in Queue.put: its queue is full, as a Queue(maxsize) can be. Here it is to have no limit."
TOO_EARLY = "self.chat.close() was called while another thread was sending what self.chat.receive had answered."
ONE_AT_A_TIME = (
    "The room belongs to one thread at a time: let that one ask for the last words, or ask after its join()."
)
NOT_WOKEN = (
    "A thread waits in recvfrom, and sees no flag there. Send a datagram to its own address, or give recvfrom a "
    "timeout; the thread then looks at the flag and returns."
)
WOKEN_TOO_EARLY = (
    "A thread waits in recvfrom. stop() has sent a datagram to it, which it received, and then it received again: set "
    "the flag before you send, and look at it after each receive."
)
STOPPED, NEVER_STARTED = "To stop what has stopped does nothing.", "To stop what has never started does nothing."
AFTER_SILENCE = "Nothing had come for a while before: a thread that has waited in vain waits again."
START_STARTS = "It is start() that starts the threads: __init__ only makes what they will need."
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

    def __init__(self, attempt: Any, stops: Stops, rooms: AskedRooms, runs: list[Run]) -> None:
        self._runs = runs  # all of this check
        runs.append(self)
        self.rooms = rooms
        self.sent: set[tuple[bytes, Any]] = set()
        self.came: dict[bytes, set[Any]] = {}  # each datagram, and the addresses that it came from
        self.sock = LentSocket()
        self.server: Any = None
        self.quickest = LIMIT  # seconds from a datagram to its answer
        self.senders: set[threading.Thread] = set()  # to people
        self.own_words: list[bytes] = []  # that the learner's code has sent to its own socket
        self.threads = OwnThreads()
        self.is_to_stop = False
        self.members: list[Member] = []
        self.unreachable: Member | None = None  # every send to it fails
        self._attempt = attempt
        self._people: list[Member] = []
        self._stops = stops
        self.sock.before_send = self._before_send

    def make(self, learner: Any) -> None:
        self._attempt.did("Made a Server.")
        self.server = learner.Server(self.sock)
        self.sock.expect_another_thread()

    def close(self) -> None:
        """The check is over. Whether stop() works is what other checks ask."""
        if self.threads.left and not self._stops.takes_long:
            with contextlib.suppress(Exception):
                self._stops.takes_long = not self.threads.call(self.server.stop).has_ended(LIMIT / 3)
        self.sock.take_back()
        for person in self._people:
            person.sock.close()

    def start(self) -> None:
        if self.threads.left and patiently(lambda piece: self.sock.receives or threading.Event().wait(piece), MOMENT):
            raise NotYetRight("Before start() was called, a thread had begun to receive.", START_STARTS)
        self._attempt.did("Called start().")
        expect_plain(self.server.start(), "start")

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
        start = time.monotonic()
        self.send(member, datagram)
        for listener in self.members:
            if listener is not self.unreachable:
                self.expect(listener, heard, means, datagram)
        self.quickest = min(self.quickest, time.monotonic() - start)

    def send(self, member: Member, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self._attempt.did(f"{member.name} sent {short(datagram)}.")
            self._attempt.crossed(member.name, "server", datagram)
            self.came.setdefault(datagram, set()).add(member.address)
            with contextlib.suppress(ConnectionError):  # the server's socket is closed
                member.sock.send(datagram)

    def expect(self, listener: Member, datagram: bytes, means: str, sent: bytes | None = None) -> None:
        heard = listener.receive()
        if heard != datagram:
            self._expect_right_addresses(sent)
        if heard is None:
            self._check_open()
            saw, means = self._why_not_heard(listener, datagram, means, sent)
            raise NotYetRight(f"{listener.name} heard nothing. Expected: {short(datagram)}.{saw}", means)
        if heard != datagram:
            if means == PASS_ON and self.rooms.was_closed and not any(run.is_to_stop for run in self._runs):
                means = "self.chat.close() was called, though nobody had called stop(): it is for the end alone."
            if heard == sent:
                means = "That is what came in. What is to go out is the datagram of the Delivery that the room answers."
            raise NotYetRight(f"{listener.name} heard {short(heard)}. Expected: {short(datagram)}.", means)

    def _expect_right_addresses(self, sent: bytes | None) -> None:
        """Raises NotYetRight if a room was asked about `sent` with an address that it has not come from."""
        for question in self.rooms.questions:
            came = {address for run in self._runs for address in run.came.get(question.datagram, ())}
            if question.datagram == sent and question.address not in came:
                raise NotYetRight(
                    f"self.chat.receive got {short(sent)} with the address {question.address!r}. It came from "
                    f"{', '.join(map(repr, came))}.",
                    "The room knows people by their addresses: hand on the one that recvfrom gave with this datagram.",
                )

    def _why_not_heard(self, listener: Member, datagram: bytes, means: str, sent: bytes | None) -> tuple[str, str]:
        """What else was seen, and what that means."""
        if (datagram, listener.address) in self.sent:
            return "", means
        if self.rooms.has_answered(datagram, listener.address):
            return f" The room had answered that, and sendto was not called for {listener.name}.", means
        if len({id(question.chat) for question in self.rooms.questions}) > len(self._runs):
            return " More than one room was asked.", "self.chat is the one room of this server: ask no other."
        if sent is None or sent in self.rooms.datagrams:
            return "", means
        if self.has_taken_all(0):
            if isinstance(self._attempt.crash, UnicodeError):
                means = "What arrives may be no text: the room takes bytes, so hand on each datagram as it came."
            return f" It was received, and self.chat.receive was not called with {short(sent)}.", means
        return f" It was not even received; {len(self.threads.left)} threads of your code run.", means

    def hear_until(self, listener: Member, datagram: bytes, means: str, sent: bytes) -> None:
        """`listener` hears `datagram`, after anything else."""
        listener.patience = LIMIT / 3
        while (heard := listener.receive()) != datagram:
            if heard is None:
                saw, means = self._why_not_heard(listener, datagram, means, sent)
                raise NotYetRight(f"{listener.name} heard nothing. Expected: {short(datagram)}.{saw}", means)

    def stop(self, means: str = "") -> None:
        """Call stop(), which is to end both threads. `means`: what it usually means when one goes on; '' to say where
        it waits.
        """
        self.expect_stopped(self.begin_stop(), means)

    def begin_stop(self) -> Call:
        self._attempt.did("Called stop().")
        self.is_to_stop = True
        self.own_words.clear()
        return self.threads.call(self.server.stop)

    def expect_stopped(self, call: Call, means: str = "") -> None:
        self._stops.hangs = self._stops.takes_long = not call.wait(LIMIT)
        self._check_open()
        if not call.has_ended():
            raise NotYetRight(f"stop() had not returned after {LIMIT} s.", means or self._why_it_goes_on())
        if left := self.threads.left:
            means = means or self._why_it_goes_on()
            left[0].join(LIMIT / 3)
            # One that ends a little later was told to: then what is missing is the waiting.
            means = means if left[0].is_alive() else NOT_JOINED
            raise NotYetRight(f"stop() has returned, and {len(left)} of its threads had not ended.", means)

    def all_wait_for(self, threads: set[threading.Thread], stop: Call) -> bool:
        """Whether only `threads` go on, and stop() waits for them."""
        waits = any(
            waits_in(stop.thread, module, name) for module, name in (("threading", "join"), ("threading", "wait"))
        )
        looks = (waits and {thread for thread in self.threads.left if has_work(thread)} <= threads for _ in range(2))
        return all(look and not threading.Event().wait(PIECE) for look in looks) or stop.wait(0)

    def expect_silence(self, means: str) -> None:
        """The learner's code has sent nothing to its own socket, and nothing waits there."""
        if self.own_words or not self.has_taken_all(0):
            raise NotYetRight("stop() sent a datagram to the socket, and nobody was there to receive it.", means)

    def has_taken_all(self, seconds: float) -> bool:
        """Whether nothing is left that could be received."""
        is_empty = not select.select([self.sock], [], [], 0)[0]
        if not is_empty:
            threading.Event().wait(seconds)
        return is_empty

    def goes_on_receiving(self) -> bool:
        """Whether nothing is left that could be received, or a receive was begun a while after the last one."""
        begun = self.sock.receives
        return bool(patiently(lambda piece: self.has_taken_all(piece) or self.sock.receives > begun, LIMIT / 2))

    def _check_open(self) -> None:
        if self.sock.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not the Server.")
        if self.sock.was_shut_down:
            raise NotYetRight(
                "sock.shutdown(…) was called.", "It ends the socket for everybody; it is to stay as it was."
            )

    def _why_it_goes_on(self) -> str:
        if any(waits_in(thread, "chatlab.grading.for_checks.lent_socket", "_receive") for thread in self.threads.left):
            return WOKEN_TOO_EARLY if self.own_words else NOT_WOKEN
        if any(waits_in(thread, "queue", "get") for thread in self.threads.left):
            return (
                "A thread waits in Queue.get, and sees no flag there. Put something into the queue that means the end, "
                "such as None, or give get a timeout."
            )
        return "A thread goes on without end: let it look in every round whether it is to stop."

    def _before_send(self, datagram: bytes, address: Any) -> None:
        name = next((person.name for person in self._people if person.address == address), "")
        if self.unreachable and self.unreachable.address == address:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        if name:
            self.senders.add(threading.current_thread())
            self.sent.add((datagram, address))
        elif address[1] == self.sock.getsockname()[1]:
            name = "server"
            self.own_words.append(datagram)
        self._attempt.crossed("server", name or f"{address[0]}:{address[1]}", datagram)


class Stops:
    """What is known of the learner's stop() by now."""

    hangs = False
    takes_long = False


@pytest.fixture(scope="module")
def stops() -> Stops:
    return Stops()


@pytest.fixture
def it_stops(stops: Stops) -> None:
    if stops.hangs:
        pytest.skip("waits for the check that has found that stop() hangs")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> AskedRooms:
    return AskedRooms(monkeypatch)


@pytest.fixture
def run(learner: Any, attempt: Any, stops: Stops, rooms: AskedRooms) -> Iterator[Callable[[], Run]]:
    attempt.leaves_running()  # what a check does not stop ends with the socket
    runs: list[Run] = []
    with contextlib.ExitStack() as stack:

        def run() -> Run:
            run = Run(attempt, stops, rooms, runs)
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
    server.say(ada, b"Hello!", b"ada: Hello!", "Who says the same twice is heard twice: each datagram is handed on.")
    server.say(bob, b"bob: Hi!", b"bob: Hi!")
    if server.quickest > LATE:
        raise NotYetRight(
            f"The quickest answer came {server.quickest:.2f} s after its datagram.",
            "Something waits although there is something to do: get() returns as soon as a datagram is in the queue.",
        )


def test_waits(run: Any, rooms: AskedRooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """waits without turning round and round, and goes on afterwards"""
    looks = count_looks(monkeypatch)
    server = run()
    server.start()
    ada = server.join("ada")
    expect_rest(lambda: server.sock.receives + len(looks), "it began to receive, or looked into the queue,")
    server.sock.is_hurried = True
    take_a_moment()
    server.sock.is_hurried = False
    server.say(ada, b"Still here?", b"ada: Still here?", AFTER_SILENCE)
    first, last = rooms.questions[0], rooms.questions[-1]
    if not last.is_about_now:
        raise NotYetRight(
            f"self.chat.receive got the time {last.now!r}. Expected: time.monotonic(), which was {last.clock:.1f}.",
            "The stub says which clock: time.monotonic(), when the room is asked. The room counts seconds with it.",
        )
    if last.now - first.now < (last.clock - first.clock) / 2:
        raise NotYetRight(
            f"self.chat.receive got the time {last.now:.1f} again after {last.clock - first.clock:.1f} s.",
            "Time goes on: call time.monotonic() for each datagram.",
        )


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each look into a queue that doesn't wait."""
    looks: list[None] = []
    get, empty, qsize = queue.Queue.get, queue.Queue.empty, queue.Queue.qsize

    def watched_get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
        if not block or (timeout is not None and timeout < SHORTEST_WAIT):
            looks.append(None)
        return get(self, block, timeout if timeout is None else min(timeout, LONGEST_WAIT))

    def watched_empty(self: Any) -> bool:
        looks.append(None)
        return empty(self)

    def watched_qsize(self: Any) -> int:
        looks.append(None)
        return qsize(self)

    monkeypatch.setattr(queue.Queue, "get", watched_get)
    monkeypatch.setattr(queue.Queue, "empty", watched_empty)
    monkeypatch.setattr(queue.Queue, "qsize", watched_qsize)
    return looks


def test_one_thread_asks(run: Any, rooms: AskedRooms) -> None:
    """asks the room in one thread, and receives in the other"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    for number in range(10):  # all threads have their turn
        server.say(ada, b"%d?" % number, b"ada: %d?" % number)
        server.say(bob, b"%d!" % number, b"bob: %d!" % number)
    receivers = server.sock.receiving_threads
    if rooms.threads & receivers:
        raise NotYetRight("The thread that received also called self.chat.receive.", RECEIVES_ALONE)
    for what, threads in (
        ("called self.chat.receive", rooms.threads),
        ("called sendto", server.senders),
        ("called recvfrom", receivers),
    ):
        if len(threads) > 1:
            raise NotYetRight(f"For {len(rooms.questions)} datagrams, {len(threads)} threads {what}.", TWO_THREADS)


def test_receives_while_it_sends(run: Any) -> None:
    """receives while a send takes its time"""
    server = run()
    server.start()
    ada = server.join("ada")
    sends, go_on = threading.Event(), threading.Event()
    before_send = server.sock.before_send

    def send_when_told(datagram: bytes, address: Any) -> None:
        sends.set()
        go_on.wait(LIMIT * 3)
        before_send(datagram, address)

    server.sock.before_send = send_when_told
    texts = [b"text %d" % number for number in range(1, BACKLOG + 1)]
    try:
        server.send(ada, *texts)
        sends.wait(LIMIT)
        if not patiently(server.has_taken_all, LIMIT * 2 if server.goes_on_receiving() else 0):
            full = any(waits_in(thread, "queue", "put") for thread in server.threads.left)
            raise NotYetRight(
                f"While one sendto took its time, not all of {BACKLOG} datagrams were received.",
                FULL if full else RECEIVES_ALONE,
            )
    finally:
        go_on.set()
    for text in texts:
        server.expect(ada, b"ada: " + text, "The queue keeps all datagrams, in the order in which they came.")


def test_stops_while_nothing_arrives(run: Any) -> None:
    """stops within a second, and tells everybody"""
    server = run()
    server.start()
    server.join("ada")
    server.join("bob")
    server.sock.wait_for_receives(3, LIMIT / 3)
    server.stop()
    means = "stop() also sends what self.chat.close() answers: else nobody learns that the room is closed."
    if any((f"{member.name} left!".encode(), member.address) in server.sent for member in server.members):
        means = "self.chat.close() answers a list of Deliveries: send every one of them."
    for member in server.members:
        member.patience = LIMIT / 3
        server.expect(member, f"{member.name} left!".encode(), means)


def test_stop_waits_for_the_threads(run: Any, it_stops: None) -> None:
    """returns from stop only when both threads have ended"""
    server = run()
    server.start()
    server.join("ada")
    server.sock.after_receive = take_a_moment
    server.sock.waits_for_the_woken = False
    before_send = server.sock.before_send

    def send_slowly(datagram: bytes, address: Any) -> None:
        take_a_moment()
        before_send(datagram, address)

    server.sock.before_send = send_slowly
    server.stop()


def test_two_servers(run: Any, it_stops: None) -> None:
    """keeps two servers apart"""
    one, other = run(), run()
    shared = why_shared(one.server, other.server)
    one.start()
    other.start()
    ada, bob = one.join("ada", shared), other.join("ada", shared)
    for number in range(8):
        for text in (b"%d?" % number, b"%d??" % number):  # one after the other: threads at a shared queue take turns
            one.say(ada, text, b"ada: " + text, shared)
        other.say(bob, b"%d!" % number, b"ada: %d!" % number, shared)
    call = one.begin_stop()
    if not call.has_ended(LIMIT):
        raise NotYetRight(f"stop() of one server had not returned after {LIMIT} s, while another went on.", shared)
    for text in (b"Still here?", b"And now?"):  # the first may come to a thread that is to look at its flag after it
        other.say(bob, text, b"ada: " + text, shared)


def test_any_bytes(run: Any, rooms: AskedRooms, attempt: Any) -> None:
    """goes on whatever anybody sends"""
    earlier = run()
    earlier.start()
    earlier.close()
    server = run()
    server.start()
    ada, eve = server.join("ada"), server.meet("eve, who is not in the room,")
    words = list(dict.fromkeys([*TEXTS, *earlier.own_words, *words_in(attempt.file.path)]))[:MOST_WORDS]
    server.send(eve, *words)
    server.send(ada, *(word for word in words if not isinstance(parse_request(word), SignOut)))
    server.send(ada, b"x" * 65_507)
    server.send(ada, b"Still here?")
    means = "Anybody can send such bytes, and they end nothing: a flag that stop() sets is what ends the threads."
    server.hear_until(ada, b"ada: Still here?", means, b"Still here?")
    for word in words[: len(TEXTS)]:
        if word not in rooms.datagrams:
            means = "The room takes any bytes: put each datagram into the queue as it came."
            raise NotYetRight(f"self.chat.receive was never called with {word!r}, which had come.", means)


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
    server.sock.error_times = 2
    server.start()
    server.send(server.meet("eve"), b"lost in the error", b"lost in the second error")
    server.join("ada", "recvfrom had raised ConnectionResetError: catch it inside the loop, and receive again.")


def test_one_who_can_not_be_reached(run: Any) -> None:
    """sends to the others when one can't be reached"""
    server = run()
    server.start()
    ada, server.unreachable, _ = server.join("ada"), server.join("bob"), server.join("eve")
    means = "sendto had raised an OSError about bob: catch it around that one call, so that the others get theirs."
    server.say(ada, b"Hello!", b"ada: Hello!", means)
    server.say(ada, b"Again!", b"ada: Again!", means)


def test_last_words_when_one_can_not_be_reached(run: Any, it_stops: None) -> None:
    """tells the others of the end when one can't be reached"""
    server = run()
    server.start()
    server.unreachable, _, _ = server.join("bob"), server.join("ada"), server.join("eve")
    server.stop()
    means = (
        "sendto had raised an OSError about bob. That is so for what self.chat.close() answers, too: catch it around "
        "the one call."
    )
    for member in server.members[1:]:
        member.patience = LIMIT / 3
        server.expect(member, f"{member.name} left!".encode(), means)


def test_stops_while_datagrams_keep_arriving(run: Any, it_stops: None) -> None:
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


def test_last_words(run: Any, rooms: AskedRooms, it_stops: None) -> None:
    """asks the room for its last words when no other thread is at it"""
    server = run()
    server.start()
    ada = server.join("ada")
    sends, go_on, closed_early = threading.Event(), threading.Event(), threading.Event()
    before_send = server.sock.before_send

    def send_when_told(datagram: bytes, address: Any) -> None:
        if datagram == b"ada: one":
            sends.set()
            go_on.wait(LIMIT * 3)
        before_send(datagram, address)

    def note_close() -> None:
        if not go_on.is_set():  # one may also wait in a way that all_wait_for does not know, such as time.sleep
            closed_early.set()

    server.sock.before_send = send_when_told
    rooms.on_close = note_close
    server.send(ada, b"one")
    try:
        sends.wait(LIMIT)
        call = server.begin_stop()
        patiently(lambda piece: closed_early.wait(piece) or server.all_wait_for(rooms.threads, call), LIMIT)
        if closed_early.is_set():
            raise NotYetRight(TOO_EARLY, ONE_AT_A_TIME)
        if call.has_ended():
            raise NotYetRight("stop() has returned while a thread was still sending.", NOT_JOINED)
    finally:
        go_on.set()
    server.expect_stopped(call)
    server.expect(ada, b"ada: one", "What had arrived before stop() is still answered.")
    server.expect(ada, b"ada left!", "stop() also sends what self.chat.close() answers.")


def test_stops_twice(run: Any, it_stops: None) -> None:
    """stops twice, or before it has started, without a word"""
    server = run()
    server.start()
    server.join("ada")
    server.stop()
    for one, means in (server, STOPPED), (run(), NEVER_STARTED):
        call = one.begin_stop()
        call.wait(LIMIT)
        if isinstance(call.error, Exception) and not isinstance(call.error, NotImplementedError):
            saw = f"stop() raised {type(call.error).__name__}: {call.error}."
            raise NotYetRight(saw, means).with_traceback(call.error.__traceback__)
        one.expect_stopped(call)
        one.expect_silence(means)


def test_keeps_to_the_protocol(run: Any, attempt: Any) -> None:
    """keeps to the protocol, case by case: python -m chatlab.conformance"""
    for _ in range(2):  # a machine that stood still for two seconds is no fault of the server's
        server = run()
        server.start()
        problem = first_problem(server, attempt)
        if not problem:
            return
    raise NotYetRight(problem, "UdpChat keeps to the protocol: hand on every datagram, and send every answer.")


def first_problem(server: Run, attempt: Any) -> str:
    """'' if there is none."""
    deadline = time.monotonic() + SUITE_SECONDS
    for result in SUITE.run(server.sock.getsockname()):
        attempt.did(f"Played the case: {result.case.name}. The protocol says: {result.case.rule}")
        if result.problem or time.monotonic() > deadline:
            return result.problem
    return ""


def has_work(thread: threading.Thread) -> bool:
    """Whether `thread` is no thread of a pool that waits for its next job."""
    frame = sys._current_frames().get(thread.ident or 0)
    return not frame or frame.f_code.co_name != "_worker" or frame.f_globals["__name__"] != "concurrent.futures.thread"


def take_a_moment() -> None:
    threading.Event().wait(MOMENT)


def short(datagram: bytes) -> str:
    return repr(datagram) if len(datagram) <= 60 else f"{datagram[:10]!r}… ({len(datagram):,} bytes)"
