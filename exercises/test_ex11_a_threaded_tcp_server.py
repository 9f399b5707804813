"""The checks of ex11, on real sockets: ada, bob, cy and eve, and the learner's server. The listener is lent to it, and
so are the connections that come out of it: errors, dead connections, and a send that takes three bytes are the check's.
Once close() hangs, the other checks of close() wait.
"""

from __future__ import annotations

import contextlib
import errno
import linecache
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.conformance.tcp import SUITE
from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.lent_connection import LentConnection
from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.threads import Call, OwnThreads, patiently, wait_until
from chatlab.grading.for_checks.words import words_in
from chatlab.tcp.chat import TcpChat
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER
from chatlab.tcp.sockets import listen

LIMIT = 1.2  # seconds for what has to be done within one second
MOMENT = 0.2
SUITE_SECONDS = 3.0  # who takes its time with each of hundreds of lines is not wrong for that
SUITE_LESSON = 11
MOST_WORDS = 60  # that somebody may say at once is 100
# What a program might choose as a word of its own for "stop", and what anybody may send as well.
TEXTS = (b"stop", b"!q", b"None", b"caf\xe9 \x80", b"NICK", b"  blanks  \r")
RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER: on, 0 seconds
END = b""
WELCOME = b"Connected to the server!"

PASS_ON = "For each Delivery: recipient.sendall(delivery.lines), for each of its recipients."
CONNECT = "Whoever was accepted is told to the room first: self.chat.connect(client, address, time.monotonic())."
ASK = "What recv gives is for the room, as it comes: self.chat.receive(client, data, time.monotonic())."
ACCEPT_ON = "Whoever is served keeps the next one out: serve each client in a thread of its own, and accept again."
ONE_AT_A_TIME = "The room is shared: take one lock around each question, from all threads, or let one thread ask it."
SENDALL = "send takes as many bytes as there is room for, and returns how many: sendall sends the rest as well."
TORN = "Two threads sent to one client at once. Send while you hold the lock, or let one thread send to it."
GOODBYE = 'b"" from recv is the end of a stream: self.chat.receive(client, b"", now) answers what follows.'
CLOSE_IT = "Each client's socket is closed in the end, best by the thread that serves it: `with client:`."
LAST = "When a Delivery is the last one, the connection of its recipient ends with it: close it."
LOST = "An OSError from recv is about this client alone: self.chat.leave(client, Reason.LOST), and its thread ends."
LOST_AT_ONCE = (
    "Somebody can be gone before the first word is sent: that send raises an OSError, too, about this one alone."
)
DEAD = "An OSError from a send is about that one recipient: catch it around the one call, and go on with the others."
DEAD_LEFT = (
    "Who is lost leaves: self.chat.leave(client, Reason.LOST), and what it answers goes out like any other answer."
)
LOCKED = (
    "The lock is taken twice: what a failed send leads to runs in the thread that holds it already. Take it outside, "
    "in one place, and let what is called there take none."
)
HELD = (
    "Nobody gives the lock back: whoever has it waits for something else meanwhile, in recv, accept or join, or "
    "takes it a second time."
)
NO_FILES = "accept raises an OSError when no file descriptor is left. It passes: wait a moment, and accept again."
TELL = "close() also sends what self.chat.close() answers: else nobody learns why the connection ends."
NOT_JOINED = "close() has to wait for the end of all threads: thread.join(), after each was told to end."
IN_ACCEPT = "A thread waits in accept, and sees no flag there. Connect to your own address once, or give it a timeout."
CLOSE_WAKES_NOBODY = (
    "close() of a socket does not wake a thread that waits there (on Linux): wake it first. In accept, by a connection "
    "to its own address; in recv, by client.shutdown(socket.SHUT_RDWR)."
)
IN_RECV = "A thread waits in recv, and sees no flag there: client.shutdown(socket.SHUT_RDWR) wakes it."
CLOSED, NEVER_STARTED = "To close what is closed does nothing.", "To close what has never started is no error."
CHANGED = "Meanwhile a thread has changed what the loop goes through. Go through a copy: for client in list(…)."


class Member:
    """Somebody with a connection to the server."""

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self.patience = LIMIT  # seconds
        self.sock = socket.create_connection(server, timeout=LIMIT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or the second of two pieces waits
        self.address = self.sock.getsockname()
        self._lines: list[bytes] = []
        self._buffer = LineBuffer(MAX_ANSWER)

    def hear(self) -> bytes | None:
        """The next line; END at the end of the stream, None if there is none in time."""
        if not self._lines:
            patiently(self._receive, self.patience)
        return self._lines.pop(0) if self._lines else None

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.sock.close()

    def _receive(self, seconds: float) -> bool:
        self.sock.settimeout(seconds)
        try:
            data = self.sock.recv(65_536)
            self._lines += self._buffer.take(data) if data else [END]
        except TimeoutError:
            pass
        except OSError:
            self._lines.append(END)
        return bool(self._lines)


class AskedRooms:
    """Every TcpChat, from now until `monkeypatch` is undone: what was asked and answered, and if two ask at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, tuple[Any, ...], float]] = []  # of what, with what, when
        self.answers: list[Any] = []
        self.met: tuple[str, str] | None = None  # who was inside, and who came in as well
        self._inside: dict[threading.Thread, str] = {}
        self._held = threading.Event()
        self._go_on = threading.Event()
        self._holds = False
        for name in ("connect", "receive", "leave", "close"):
            monkeypatch.setattr(TcpChat, name, self._watched(name, getattr(TcpChat, name)))

    def hold_the_next(self) -> None:
        """Whoever asks next stays inside until `let_go`, or until a second one comes in."""
        self._held.clear()
        self._go_on.clear()
        self.met, self._holds = None, True

    def wait_for_one_inside(self) -> bool:
        return bool(patiently(self._held.wait, LIMIT))

    def let_go(self) -> None:
        self._go_on.set()

    def has_met(self, seconds: float) -> bool:
        return bool(patiently(self._go_on.wait, seconds)) and self.met is not None

    def has_been_asked(self, what: str) -> bool:
        return any(name == what for name, _, _ in self.asked)

    def has_heard(self, data: bytes) -> bool:
        return any(data in arguments[1] for name, arguments, _ in self.asked if name == "receive")

    def has_answered(self, line: bytes) -> bool:
        return any(line in answer.lines.splitlines() for answer in self.answers)

    def _watched(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        def watched(chat: Any, *arguments: Any, **named: Any) -> Any:
            me = threading.current_thread()
            if me in self._inside:  # the room asks itself
                return ask(chat, *arguments, **named)
            if name == "receive" and len(arguments) > 1 and not isinstance(arguments[1], bytes | bytearray):
                saw = f"self.chat.receive was called with {arguments[1]!r}."
                raise NotYetRight(saw, "The room takes the bytes as recv gives them: it cuts and decodes by itself.")
            self._inside[me] = name
            try:
                if self._holds:
                    self._stay(me, name)
                self.asked.append((name, arguments, time.monotonic()))
                answers = ask(chat, *arguments, **named)
                self.answers += answers
                return answers
            finally:
                del self._inside[me]

        return watched

    def _stay(self, me: threading.Thread, name: str) -> None:
        if not self._held.is_set():
            self._held.set()
            self._go_on.wait(LIMIT * 3)
            self._holds = False
        elif not self._go_on.is_set():
            others = [inside for thread, inside in self._inside.items() if thread is not me]
            self.met = (others[0] if others else name, name)
            self._go_on.set()


class Run:
    """A server of the learner's, and the people who talk to it."""

    def __init__(self, attempt: Any, closes: Closes, rooms: AskedRooms) -> None:
        self.rooms = rooms
        self.listener = LentListener(listen("127.0.0.1", 0))
        self.listener.on_accept = self._note
        self.address = self.listener.getsockname()
        self.server: Any = None
        self.threads = OwnThreads()
        self.members: list[Member] = []
        self.next_is_lost = False  # who is accepted next, as soon as one sends to it
        self._attempt = attempt
        self._any_lost = False
        self._people: list[Member] = []
        self._connections: dict[Any, LentConnection] = {}
        self._closes = closes

    def make(self, learner: Any) -> None:
        self._attempt.did("Made a Server.")
        self.server = learner.Server(self.listener)
        self.listener.expect_another_thread()

    def end(self) -> None:
        """The check is over. Whether close() works is what other checks ask."""
        for person in self._people:
            person.sock.close()
        if self.threads.left and not self._closes.takes_long:
            with contextlib.suppress(Exception):
                self._closes.takes_long = not self.threads.call(self.server.close).has_ended(LIMIT / 3)
        self.listener.take_back()

    def start(self) -> None:
        self._attempt.did("Called start().")
        expect_plain(self.server.start(), "start")

    def meet(self, name: str) -> Member:
        """Somebody who connects, and says nothing."""
        self._attempt.did(f"{name} connected.")
        try:
            person = Member(name, self.address)
        except OSError as error:
            raise NotYetRight(
                f"{name} could not connect.", "The listener is closed: it is to stay open until close()."
            ) from error
        self._people.append(person)
        return person

    @property
    def accepted(self) -> set[Any]:
        """The addresses of those whose connections were."""
        return set(self._connections)

    def connection(self, member: Member) -> LentConnection:
        """The server's end."""
        return self._connections[member.address]

    def join(self, name: str, means: str = PASS_ON) -> Member:
        """Somebody who comes in, as the others hear."""
        member = self.meet(name)
        self.expect(member, b"NICK", means)
        self.choose(member, means)
        return member

    def choose(self, member: Member, means: str = PASS_ON) -> None:
        sent = member.name.encode() + b"\n"
        self.send(member, sent)
        self.expect(member, WELCOME, means, sent)
        self.all_hear(f"{member.name} joined the chat".encode(), means, sent)
        self.members.append(member)

    def say(self, member: Member, text: str, means: str = PASS_ON) -> None:
        """`member` says `text`, and all others hear it."""
        self.send(member, sent := f"{text}\n".encode())
        self.all_hear(f"{member.name}: {text}".encode(), means, sent, but=member)

    def leaves(self, member: Member, means: str, sent: bytes | None = None) -> None:
        self.members.remove(member)
        self.all_hear(f"{member.name} left the chat!".encode(), means, sent)

    def all_hear(self, line: bytes, means: str, sent: bytes | None = None, but: Member | None = None) -> None:
        for listener in self.members:
            if listener is not but:
                self.expect(listener, line, means, sent)

    def send(self, member: Member, data: bytes) -> None:
        self._attempt.did(f"{member.name} sent {short(data)}.")
        self._attempt.crossed(member.name, "server", data)
        with contextlib.suppress(OSError):  # the server has closed it
            member.sock.sendall(data)

    def end_stream(self, member: Member) -> None:
        self._attempt.did(f"{member.name} ended the stream.")
        member.sock.shutdown(socket.SHUT_WR)

    def reset(self, member: Member) -> None:
        self._attempt.did(f"{member.name}'s connection was reset.")
        member.reset()

    def expect(self, listener: Member, line: bytes, means: str, sent: bytes | None = None) -> None:
        heard = listener.hear()
        if heard is None:
            saw, means = self._why_not_heard(listener, line, means, sent)
            raise NotYetRight(f"{listener.name} heard nothing. Expected: {told(line)}.{saw}", means)
        if heard != line:
            if heard == END:
                means = f"Its connection was closed. {means}"
            raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(line)}.", means)

    def hear_until(self, listener: Member, line: bytes, means: str) -> list[bytes]:
        """What `listener` hears before `line`."""
        before: list[bytes] = []
        while (heard := listener.hear()) != line:
            if not heard:
                saw, means = self._why_not_heard(listener, line, means, None)
                raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(line)}.{saw}", means)
            before.append(heard)
        return before

    def lose(self, member: Member, noticed: threading.Event | None = None) -> None:
        """From now on, whoever sends to `member` gets an error. Who receives there learns nothing until `noticed`."""
        self._lose(self.connection(member), noticed)

    def begin_close(self) -> Call:
        """When all threads wait where they do, if they wait in accept and in recv; else a moment later."""
        ends = (self.listener, *(each for each in self._connections.values() if not each.was_closed))
        wait_until(lambda: all(each.waiting for each in ends), MOMENT / 4)
        self._attempt.did("Called close().")
        return self.threads.call(self.server.close)

    def expect_closed(self, call: Call, seconds: float = LIMIT) -> None:
        ended = call.wait(seconds)
        self._closes.hangs = self._closes.takes_long = not ended
        if isinstance(call.error, RuntimeError) and "changed size" in str(call.error):
            raise NotYetRight(f"close() raised RuntimeError: {call.error}.", CHANGED)
        if not call.has_ended():
            raise NotYetRight(f"close() had not returned after {LIMIT} s.", self._why_it_goes_on())
        if left := self.threads.left:
            means = self._why_it_goes_on()
            left[0].join(LIMIT / 3)
            # One that ends a little later was told to: then what is missing is the waiting.
            means = means if left[0].is_alive() else NOT_JOINED
            raise NotYetRight(f"close() has returned, and {len(left)} of its threads had not ended.", means)
        if not self.listener.was_closed:
            raise NotYetRight("close() has returned, and the listener is still open.", "Close it: listener.close().")
        if open_ones := [each for each in self._connections.values() if not each.was_closed]:
            saw = f"close() has returned, and {len(open_ones)} of {len(self._connections)} connections are still open."
            raise NotYetRight(saw, CLOSE_IT)

    def waits_for_a_lock(self) -> str:
        """The line in which a thread of the learner's waits for a lock; '' if none does."""
        frames = sys._current_frames()
        places = [frames[thread.ident] for thread in self.threads.left if thread.ident in frames]
        lines = [
            linecache.getline(place.f_code.co_filename, place.f_lineno).strip()
            for place in places
            if place.f_code.co_filename == str(self._attempt.file.path)
        ]
        return next((line for line in lines if re.match(r"with\b.*:$|.*\.acquire\(", line)), "")

    def _why_not_heard(self, listener: Member, line: bytes, means: str, sent: bytes | None) -> tuple[str, str]:
        """What else was seen, and what that means."""
        if lock := self.waits_for_a_lock():
            self._closes.waits_for_a_lock = True
            return f" A thread of your code waits in `{lock}`.", LOCKED if self._any_lost else HELD
        if listener.address not in self._connections:
            if not self.threads.left:
                return " Its connection was not accepted; no thread of your code runs.", means
            return " Its connection was not accepted.", means if means == NO_FILES else ACCEPT_ON
        if means not in (DEAD, DEAD_LEFT) and self.rooms.has_answered(line):
            return " The room had answered that, and it did not arrive.", means
        if sent is None and line == b"NICK" and not self.rooms.has_been_asked("connect"):
            return " Its connection was accepted, and self.chat.connect was not called.", CONNECT
        if sent is not None and not self.rooms.has_heard(sent):
            return f" self.chat.receive was not called with {short(sent)}.", ASK if means == PASS_ON else means
        return "", means

    def _why_it_goes_on(self) -> str:
        if self.waits_for_a_lock():
            return LOCKED if self._any_lost else HELD
        in_accept = self.listener.waiting
        in_recv = [each for each in self._connections.values() if each.waiting]
        if (in_accept and self.listener.was_closed) or any(each.was_closed for each in in_recv):
            return CLOSE_WAKES_NOBODY
        if in_accept:
            return IN_ACCEPT
        if in_recv:
            return IN_RECV
        return "A thread goes on without end: let it look whether it is to stop."

    def _note(self, connection: LentConnection, address: Any) -> None:
        self._connections[address] = connection
        if self.next_is_lost:
            self.next_is_lost = False
            self._lose(connection, None)
            return

        def before_send(data: bytes) -> None:
            name = next((person.name for person in self._people if person.address == address), "nobody")
            self._attempt.crossed("server", name, data)

        connection.before_send = before_send

    def _lose(self, connection: LentConnection, noticed: threading.Event | None) -> None:
        def fail(data: bytes) -> None:
            connection.is_reset = not noticed  # whoever receives there learns it, too
            is_lost()

        def wait_and_fail() -> None:
            if noticed:
                noticed.wait(LIMIT * 3)
            is_lost()

        self._any_lost = True
        connection.is_lost = True
        connection.before_send = fail
        connection.before_receive = wait_and_fail


class Closes:
    """What is known of the learner's close() by now. `waits_for_a_lock`: its server was found standing still at one."""

    hangs = False
    takes_long = False
    waits_for_a_lock = False


@pytest.fixture(scope="module")
def closes() -> Closes:
    return Closes()


@pytest.fixture
def it_closes(closes: Closes) -> None:
    if closes.hangs:
        pytest.skip("waits for the check that has found that close() hangs")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> AskedRooms:
    return AskedRooms(monkeypatch)


@pytest.fixture
def run(learner: Any, attempt: Any, closes: Closes, rooms: AskedRooms) -> Iterator[Callable[[], Run]]:
    attempt.leaves_running()  # what a check does not close ends with the listener
    with contextlib.ExitStack() as stack:

        def run() -> Run:
            run = Run(attempt, closes, rooms)
            stack.callback(run.end)
            run.make(learner)
            return run

        yield run


def test_people_talk(run: Any, rooms: AskedRooms) -> None:
    """lets people in, and sends each what the room answers"""
    server = run()
    server.start()
    ada = server.join("ada")
    bob = server.join("bob")
    cy = server.join("cy")
    server.say(ada, "Hello!")
    server.say(bob, "Hi!")
    server.say(cy, "Olé 🐍!")
    server.send(ada, b"in two ")
    wait_until(lambda: rooms.has_heard(b"in two"), MOMENT)
    server.send(ada, b"pieces\n")
    for listener in (bob, cy):
        server.expect(listener, b"ada: in two pieces", ASK, b"pieces\n")


def test_sends_all_of_a_line(run: Any) -> None:
    """sends a whole line, although a send takes three bytes"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    server.connection(bob).most = 3
    server.say(ada, "Is this whole?", SENDALL)


def test_who_says_nothing_keeps_nobody_waiting(run: Any) -> None:
    """lets people in and serves them while others say nothing"""
    server = run()
    server.start()
    silent, half = server.meet("silent"), server.meet("half")
    for person in (silent, half):
        server.expect(person, b"NICK", ACCEPT_ON)
    server.send(half, b"hal")
    ada = server.join("ada", ACCEPT_ON)
    server.join("bob", ACCEPT_ON)
    server.say(ada, "Hello!")
    server.choose(silent)


def test_waits(run: Any, rooms: AskedRooms) -> None:
    """waits without turning round and round, and goes on afterwards"""
    server = run()
    server.start()
    ada, _ = server.join("ada"), server.join("bob")
    calls = [lambda: server.listener.accepts, *(lambda c=c: c.receives for c in server.listener.connections)]
    expect_rest(lambda: sum(call() for call in calls), "it began to accept or to receive")
    server.say(ada, "Still here?", "Nothing had come for a while before: a thread that has waited in vain waits again.")
    for name, arguments, clock in rooms.asked:
        if name != "close" and not (isinstance(now := arguments[-1], int | float) and abs(now - clock) < LIMIT * 30):
            raise NotYetRight(
                f"self.chat.{name} got the time {now!r}. Expected: time.monotonic(), which was {clock:.1f}.",
                "The stub says which clock: time.monotonic(), when the room is asked.",
            )


def test_one_thread_at_a_time_asks(run: Any, rooms: AskedRooms) -> None:
    """asks the room in one thread at a time"""
    server = run()
    server.start()
    ada, bob, eve = server.join("ada"), server.join("bob"), server.join("eve")
    server.connection(eve).before_receive = is_lost
    rooms.hold_the_next()
    server.send(ada, b"one\n")
    try:
        if rooms.wait_for_one_inside():
            server.send(bob, b"two\n")
            server.send(eve, b"lost in an error\n")
            server.meet("cy")
            if rooms.has_met(MOMENT):
                raise two_at_once(rooms)
    finally:
        rooms.let_go()
    server.hear_until(ada, b"bob: two", ASK)
    server.hear_until(bob, b"ada: one", ASK)


def is_lost(*_: object) -> None:
    raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


def two_at_once(rooms: AskedRooms) -> NotYetRight:
    assert rooms.met
    inside, came = rooms.met
    saw = f"A thread called self.chat.{came} while another one was still in self.chat.{inside}."
    return NotYetRight(saw, ONE_AT_A_TIME)


def test_lines_are_not_torn(run: Any) -> None:
    """sends each line whole, when two people talk at once"""
    server = run()
    server.start()
    ada, bob, cy = server.join("ada"), server.join("bob"), server.join("cy")
    connection = server.connection(bob)
    connection.most = 3
    calls: dict[threading.Thread, int] = {}
    begun, other_sends = threading.Event(), threading.Event()

    def stop_in_the_middle(data: bytes) -> None:
        me = threading.current_thread()
        is_first = not calls or me is next(iter(calls))
        calls[me] = calls.get(me, 0) + 1
        if is_first and calls[me] == 2:
            begun.set()
            patiently(other_sends.wait, MOMENT)
        elif not is_first and calls[me] == 2:
            other_sends.set()

    connection.before_send = stop_in_the_middle
    server.send(ada, b"Can you read this?\n")
    patiently(begun.wait, LIMIT)
    server.send(cy, b"And can you read that?\n")
    expected = {b"ada: Can you read this?", b"cy: And can you read that?"}
    for _ in range(2):
        heard = bob.hear()
        if heard not in expected:
            raise NotYetRight(f"ada and cy talked at once, and bob heard {told(heard)}.", TORN)
        expected.remove(heard)


def test_leaving(run: Any) -> None:
    """lets people leave, and tells the others"""
    server = run()
    server.start()
    ada, bob, eve = server.join("ada"), server.join("bob"), server.meet("eve")
    server.expect(eve, b"NICK", PASS_ON)
    server.end_stream(ada)
    server.leaves(ada, GOODBYE)
    server.expect(ada, END, LAST)
    server.end_stream(eve)
    server.expect(eve, END, LAST)
    ada = server.join("ada", "Who has left is gone: its nickname is free again.")
    server.say(bob, "You again?")
    server.send(ada, b"Bye!\n")
    server.end_stream(ada)
    server.expect(bob, b"ada: Bye!", PASS_ON)
    server.leaves(ada, GOODBYE)
    mallory = server.meet("mallory")
    server.expect(mallory, b"NICK", PASS_ON)
    server.send(mallory, b"GET / HTTP/1.1\r\n")
    line = mallory.hear()
    if not line or not line.startswith(b"ERROR"):
        raise NotYetRight(f"mallory heard {told(line)}. Expected: a line that begins with ERROR.", PASS_ON)
    server.expect(mallory, END, LAST)
    left = [server.connection(person) for person in (ada, eve, mallory)]
    if not wait_until(lambda: all(each.was_closed for each in left), LIMIT):
        raise NotYetRight("Who left is gone, and the server's socket is still open.", CLOSE_IT)


def test_resets(run: Any) -> None:
    """goes on when connections are reset, in the talk and before it"""
    server = run()
    server.start()
    ada, bob, cy = server.join("ada"), server.join("bob"), server.join("cy")
    server.reset(bob)
    server.leaves(bob, LOST)
    eve = server.meet("eve")
    server.expect(eve, b"NICK", PASS_ON)
    server.reset(eve)
    server.next_is_lost = True
    mallory = server.meet("mallory")
    wait_until(lambda: mallory.address in server.accepted, LIMIT)
    server.reset(mallory)
    server.join("bob", LOST_AT_ONCE)
    server.say(ada, "Welcome back", LOST)
    server.say(cy, "Welcome!", LOST)


def test_two_lost_in_a_row(run: Any) -> None:
    """goes on when a send fails, to two in a row"""
    server = run()
    server.start()
    ada, eve = server.join("ada"), server.join("eve")
    bob, cy, dan, fay = (server.join(name) for name in ("bob", "cy", "dan", "fay"))
    noticed = threading.Event()
    try:
        for lost in (bob, cy):
            server.lose(lost, noticed)
        server.send(ada, b"Hello?\n")
        heard = {listener: server.hear_until(listener, b"ada: Hello?", DEAD) for listener in (eve, dan, fay)}
    finally:
        noticed.set()
    for lost in (bob, cy):
        server.reset(lost)
        server.members.remove(lost)
    notices = {b"bob left the chat!", b"cy left the chat!"}
    for listener, before in heard.items():
        expect_notices(server, listener, before, notices)
    expect_notices(server, ada, [], notices)
    server.say(ada, "Still here?", DEAD_LEFT)
    server.lose(dan)
    server.end_stream(ada)
    server.members.remove(ada)
    heard = {listener: server.hear_until(listener, b"ada left the chat!", DEAD) for listener in (eve, fay)}
    server.reset(dan)
    server.members.remove(dan)
    for listener, before in heard.items():
        expect_notices(server, listener, before, {b"dan left the chat!"})
    server.join("bob", DEAD_LEFT)


def expect_notices(server: Run, listener: Member, heard: list[bytes], notices: set[bytes]) -> None:
    """`listener` hears each of `notices` once, with what it has `heard` already, in whatever order."""
    while not notices <= set(heard):
        line = listener.hear()
        if not line:
            missing = sorted(notices - set(heard))[0]
            lock = server.waits_for_a_lock()
            saw = f" A thread of your code waits in `{lock}`." if lock else ""
            means = LOCKED if lock else DEAD_LEFT
            raise NotYetRight(f"{listener.name} heard {told(line)}. Expected: {told(missing)}.{saw}", means)
        heard.append(line)
    if wrong := [line for line in heard if line not in notices or heard.count(line) > 1]:
        raise NotYetRight(f"{listener.name} heard {told(wrong[0])}, more than once.", "Who has left leaves once.")


def test_accept_fails(run: Any) -> None:
    """goes on when accept fails for a while, as it does without file descriptors"""
    server = run()
    server.start()
    ada, _ = server.join("ada"), server.join("bob")
    server.listener.error = OSError(errno.EMFILE, "Too many open files")
    eve = server.meet("eve")
    try:
        expect_rest(lambda: server.listener.accepts, "and accept failed, it was called")
    finally:
        server.listener.error = None
    server.expect(eve, b"NICK", NO_FILES)
    server.choose(eve)
    server.say(ada, "Hello!")
    server.listener.error = ConnectionAbortedError(errno.ECONNABORTED, "Software caused connection abort")
    fay = server.meet("fay")
    begun = server.listener.accepts
    wait_until(lambda: server.listener.accepts > begun, MOMENT / 4)
    server.listener.error = None
    server.expect(fay, b"NICK", NO_FILES)


def test_closes(run: Any) -> None:
    """closes within a second, tells everybody, and leaves nothing"""
    server = run()
    server.start()
    server.join("ada")
    server.join("bob")
    eve = server.meet("eve")
    server.expect(eve, b"NICK", PASS_ON)
    for connection in server.listener.connections:
        connection.after_shutdown = lambda c=connection: wait_until(lambda: c.was_closed, MOMENT / 2)
    server.expect_closed(server.begin_close())
    for person in (*server.members, eve):
        person.patience = LIMIT / 3
        heard = person.hear()
        if not heard or not heard.startswith(b"ERROR "):
            raise NotYetRight(f"{person.name} heard {told(heard)}. Expected: a line that begins with ERROR.", TELL)
        server.expect(person, END, LAST)


def test_closes_when_some_are_lost(run: Any, it_closes: None) -> None:
    """tells the others of the end when some are lost"""
    server = run()
    server.start()
    bob, cy, ada = server.join("bob"), server.join("cy"), server.join("ada")
    for lost in (bob, cy):
        server.lose(lost)
    call = server.begin_close()
    call.wait(LIMIT)
    if isinstance(call.error, OSError):
        saw = f"close() raised {type(call.error).__name__}: {call.error}. Two connections are lost."
        raise NotYetRight(saw, f"{DEAD} Shutting down what is lost raises one as well.").with_traceback(
            call.error.__traceback__
        )
    server.expect_closed(call, 0)
    heard = ada.hear()
    while heard and heard.endswith(b" left the chat!"):
        heard = ada.hear()
    if not heard or not heard.startswith(b"ERROR "):
        raise NotYetRight(f"ada heard {told(heard)}. Expected: a line that begins with ERROR.", DEAD)


def test_last_words(run: Any, rooms: AskedRooms, it_closes: None) -> None:
    """asks the room for its last words when no other thread is at it"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    rooms.hold_the_next()
    server.send(ada, b"one\n")
    try:
        rooms.wait_for_one_inside()
        call = server.begin_close()
        if rooms.has_met(MOMENT):
            raise two_at_once(rooms)
        if call.has_ended():
            raise NotYetRight("close() has returned while a thread was still in self.chat.receive.", NOT_JOINED)
    finally:
        rooms.let_go()
    server.expect_closed(call)
    server.expect(bob, b"ada: one", "What had arrived before close() is still said.")


def test_closes_twice(run: Any, it_closes: None) -> None:
    """closes twice, or before it has started, without a word"""
    server = run()
    server.start()
    server.join("ada")
    server.expect_closed(server.begin_close())
    for one, means in (server, CLOSED), (run(), NEVER_STARTED):
        call = one.begin_close()
        call.wait(LIMIT)
        if isinstance(call.error, Exception) and not isinstance(call.error, NotImplementedError):
            saw = f"close() raised {type(call.error).__name__}: {call.error}."
            raise NotYetRight(saw, means).with_traceback(call.error.__traceback__)
        one.expect_closed(call)


def test_two_servers(run: Any, it_closes: None) -> None:
    """keeps two servers apart"""
    one, other = run(), run()
    shared = why_shared(one.server, other.server)
    one.start()
    other.start()
    ada, bob = one.join("ada", shared), other.join("ada", shared)
    one.join("cy", shared)
    other.join("cy", shared)
    one.say(ada, "one", shared)
    other.say(bob, "other", shared)
    call = one.begin_close()
    if not call.has_ended(LIMIT):
        raise NotYetRight(f"close() of one server had not returned after {LIMIT} s, while another went on.", shared)
    other.say(bob, "Still here?", shared)
    other.join("dan", shared)


def test_any_bytes(run: Any, attempt: Any) -> None:
    """goes on whatever anybody sends"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    words = list(dict.fromkeys([*TEXTS, *words_in(attempt.file.path)]))[:MOST_WORDS]
    for number, word in enumerate(TEXTS):
        eve = server.meet(f"eve{number}")
        server.expect(eve, b"NICK", PASS_ON)
        server.send(eve, word + b"\n")
        eve.hear()
        server.reset(eve)
    for word in words:
        server.send(ada, word + b"\n")
    server.send(ada, b"Still here?\n")
    bob.patience = LIMIT / 2
    server.hear_until(bob, b"ada: Still here?", f"Anybody can send such bytes, and they end nothing. {ASK}")


def test_keeps_to_the_protocol(run: Any, attempt: Any, closes: Closes) -> None:
    """keeps to the protocol, case by case: python -m chatlab.conformance --lesson 11"""
    if closes.waits_for_a_lock:
        pytest.skip("waits for the check that has found a lock that nobody gives back")
    for _ in range(2):  # a machine that stood still for two seconds is no fault of the server's
        server = run()
        server.start()
        problem = first_problem(server, attempt)
        if not problem:
            return
    raise NotYetRight(problem, "TcpChat keeps to the protocol: hand on all that comes, and send every answer.")


def first_problem(server: Run, attempt: Any) -> str:
    """'' if there is none."""
    deadline = time.monotonic() + SUITE_SECONDS
    for result in SUITE.by(SUITE_LESSON).run(server.address):
        attempt.did(f"Played the case: {result.case.name}. The protocol says: {result.case.rule}")
        if result.problem or time.monotonic() > deadline:
            return result.problem
    return ""


def told(line: bytes | None) -> str:
    if line is None:
        return "nothing"
    return short(line) if line else "the end of the stream"


def short(data: bytes) -> str:
    return repr(data) if len(data) <= 60 else f"{data[:10]!r}… ({len(data):,} bytes)"
