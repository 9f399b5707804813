"""The checks of ex16, on real sockets: ada, bob, cy, tom, and the learner's server. The listener is lent to it, and so
are the connections that come out of it: a send that takes three bytes, one that takes nothing, a readiness for nothing
and errors are the check's. Once close() hangs, the other checks of close() wait.
"""

from __future__ import annotations

import contextlib
import errno
import select
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
from chatlab.tcp.chat import TcpChat
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER
from chatlab.tcp.sockets import listen

LIMIT = 1.2  # seconds for what has to be done within one second
MOMENT = 0.2
SUITE_SECONDS = 3.0
SUITE_LESSON = 11
SMALL = 4096  # bytes of a buffer
MUCH = 2_000_000  # bytes
PLENTY = 1.4  # times of what may wait
LONG = "x" * 900
RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER: on, 0 seconds
END = b""
WELCOME = b"Connected to the server!"

PASS_ON = "For each Delivery: send its lines to each of its recipients."
CONNECT = "Whoever was accepted is told to the room first: self.chat.connect(client, address, time.monotonic())."
ASK = "What recv gives is for the room, as it comes: self.chat.receive(client, data, time.monotonic())."
ALL_OF_THEM = "The selector waits for all of them: register the listener, and each client that was accepted."
ONE_THREAD = "One thread waits for all sockets. Here nobody needs another one, and so nobody needs a lock."
THE_REST = "send takes as many bytes as there is room for, and returns how many: the rest waits, and goes out later."
IN_ORDER = "What waits goes out first: as long as it does, what comes later is put behind it, and not sent at once."
WAITS_IN_IT = (
    "One thread waits for all, so it may wait for none: client.setblocking(False), for each that was accepted."
)
WAITS_FOR_ROOM = (
    "Nobody may wait until there is room again. Keep what was not taken, ask the selector for EVENT_WRITE, and go on "
    "with the others."
)
ROOM_AGAIN = (
    "The selector says when there is room again, if it is asked: selector.modify(client, EVENT_READ | EVENT_WRITE)."
)
SLOW = "More than self.chat.limits.max_outbox bytes wait for it: ask self.chat.leave(client, Reason.SLOW)."
TOO_EARLY = "It may have as much waiting as self.chat.limits.max_outbox says."
CLOSE_NOW = "Who is put out for reading slowly takes no last words either: send what goes, and close."
RESTS = (
    "The loop turns round and round. A socket can nearly always be written to: ask for EVENT_WRITE only while "
    "something waits for it. And select() with a time-out of 0 does not wait."
)
AT_THE_END = 'A stream that has ended is always ready to be read: after b"", close it, and take it out of the selector.'
GOODBYE = 'b"" from recv is the end of a stream: self.chat.receive(client, b"", now) answers what follows.'
LAST = "When a Delivery is the last one, the connection of its recipient ends with it: close it."
CLOSE_IT = "Take it out of the selector, and close it: selector.unregister(client), client.close()."
LOST = "An OSError from recv is about this client alone: self.chat.leave(client, Reason.LOST), and the loop goes on."
DEAD = (
    "An OSError from a send is about that one recipient: catch it around the one call, and go on with the others. "
    "Who is lost may still stand among the recipients of what comes next."
)
DEAD_LEFT = (
    "Who is lost leaves: self.chat.leave(client, Reason.LOST), and what it answers goes out like any other answer."
)
STALE = (
    "Both were ready in the same turn, and the first one's line has shown that the other is lost. So the second is "
    "closed when its turn comes: look whether a client is still there before you serve it."
)
A_HINT = (
    "That a socket is ready is a hint: BlockingIOError says that nothing is there after all. It is no loss, and no "
    "error. (It is an OSError, too: catch it first.)"
)
ACCEPT_HINT = "accept may find nobody there after all, and raise BlockingIOError: go on, the next turn asks again."
TELL = "close() also sends what self.chat.close() answers: else nobody learns why the connection ends."
NOT_JOINED = "close() has to wait for the end of the thread: thread.join(), after it was woken."
NOT_WOKEN = (
    "The thread waits in the selector, and sees no flag there. Wake it: register one end of socket.socketpair(), and "
    "send a byte into the other end."
)
CLOSED, NEVER_STARTED = "To close what is closed does nothing.", "To close what has never started is no error."


class Connection(LentConnection):
    """The server's end. `room`: bytes that its sends take from now on, if there is an end to them. `is_full`: its
    system has no room. `refuses`: so often a receive finds nothing, although the selector said so. `waited_in`: the
    call that made a thread wait. `on_receive` is called before a receive, `on_offer` with what a send is given, however
    much of it is taken.
    """

    room: int | None = None
    is_full = False
    refuses = 0
    waited_in = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.on_receive: Callable[[], object] = lambda: None
        self.on_offer: Callable[[bytes], object] = lambda data: None

    def send(self, data: Any, *flags: Any) -> int:
        self.on_offer(bytes(memoryview(data)))
        if self.room == 0 or (self.is_full and self.gettimeout() != 0 and not self._has_room()):
            self._wait_or_refuse("send", lambda: self.room != 0 and self._has_room())
        if self.room is None:
            return super().send(data, *flags)
        sent = super().send(memoryview(data).cast("B")[: self.room], *flags)
        self.room -= sent
        return sent

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        self.on_receive()
        if self.refuses:
            self.refuses -= 1
            self._wait_or_refuse("recv", lambda: False)
        return super().recvfrom(size, flags)

    def fill(self) -> int:
        """Take all the room that the system has for it. Returns how many bytes that were."""
        filled = 0
        with self._not_blocking():
            while filled < MUCH and not self.is_full:
                try:
                    filled += socket.socket.send(self, b"~" * SMALL)
                except BlockingIOError:  # what is under way may still make room
                    self.is_full = not self._has_room(MOMENT / 4)
        if not self.is_full:  # Windows always has room
            self.room = 0
        return filled

    def _has_room(self, seconds: float = 0.0) -> bool:
        return bool(select.select((), (self,), (), seconds)[1])

    @contextlib.contextmanager
    def _not_blocking(self) -> Iterator[None]:
        before = self.gettimeout()
        self.setblocking(False)
        try:
            yield
        finally:
            self.settimeout(before)

    def _wait_or_refuse(self, call: str, goes_on: Callable[[], bool]) -> None:
        """As a call that finds nothing: it raises BlockingIOError, or makes its thread wait."""
        timeout = self.gettimeout()
        if timeout == 0:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        self.waited_in = call
        wait_until(lambda: goes_on() or self.taken_back, LIMIT * 3 if timeout is None else timeout)
        if self.taken_back:
            raise SystemExit  # ends the thread without a word
        if timeout is not None and not goes_on():
            raise TimeoutError("timed out")


class Listener(LentListener):
    """`refuses`: so often an accept finds nobody, although the selector said so."""

    kind = Connection
    refuses = 0

    def accept(self) -> tuple[LentConnection, Any]:
        if self.refuses:
            self.refuses -= 1
            if self.gettimeout() == 0:
                raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return super().accept()


class Member:
    """Somebody with a connection to the server. `junk`: bytes that come before what the server sends next."""

    junk = 0

    def __init__(self, name: str, server: Any) -> None:
        self.name = name
        self.patience = LIMIT  # seconds
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.sock.settimeout(LIMIT)
        self.sock.connect(server)
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
        except TimeoutError:
            return False
        except OSError:
            data = END
        if not data:
            self._lines.append(END)
            return True
        junk = min(self.junk, len(data))
        self.junk -= junk
        self._lines += self._buffer.take(data[junk:])
        return bool(self._lines) or (junk > 0 and self._receive(seconds))


class Run:
    """A server of the learner's, and the people who talk to it."""

    def __init__(self, attempt: Any, closes: Closes) -> None:
        listener = listen("127.0.0.1", 0)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # each connection inherits it
        self.listener = Listener(listener)
        self.listener.on_accept = self._note
        self.address = self.listener.getsockname()
        self.server: Any = None
        self.threads = OwnThreads()
        self.members: list[Member] = []
        self.next_is_lost = False  # who is accepted next, as soon as one sends to it
        self._attempt = attempt
        self._people: list[Member] = []
        self._connections: dict[Any, Connection] = {}
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

    def connection(self, member: Member) -> Connection:
        """The server's end."""
        return self._connections[member.address]

    def is_accepted(self, member: Member) -> bool:
        return member.address in self._connections

    def join(self, name: str, means: str = PASS_ON) -> Member:
        """Somebody who comes in, as the others hear."""
        member = self.meet(name)
        self.expect(member, b"NICK", means)
        self.choose(member, means)
        return member

    def choose(self, member: Member, means: str = PASS_ON) -> None:
        self.send(member, member.name.encode() + b"\n")
        self.expect(member, WELCOME, means)
        self.all_hear(f"{member.name} joined the chat".encode(), means)
        self.members.append(member)

    def say(self, member: Member, text: str, means: str = PASS_ON) -> None:
        """`member` says `text`, and all others hear it."""
        self.send(member, f"{text}\n".encode())
        self.all_hear(f"{member.name}: {text}".encode(), means, but=member)

    def hear_until(self, listener: Member, line: bytes, means: str) -> list[bytes]:
        """What `listener` hears before `line`: of others that leave, at most."""
        before: list[bytes] = []
        while (heard := listener.hear()) != line:
            if not heard or not heard.endswith(b" left the chat!"):
                saw, means = self._why_not_heard(listener, line, means) if heard is None else ("", means)
                raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(line)}.{saw}", means)
            before.append(heard)
        return before

    def leaves(self, member: Member, means: str) -> None:
        self.members.remove(member)
        self.all_hear(f"{member.name} left the chat!".encode(), means)

    def all_hear(self, line: bytes, means: str, but: Member | None = None) -> None:
        for listener in self.members:
            if listener is not but:
                self.expect(listener, line, means)

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

    def stop_reading(self, member: Member) -> None:
        """From now on `member` reads nothing, and there is room for nothing."""
        self._attempt.did(f"{member.name} stopped reading.")
        self.members.remove(member)
        member.junk += self.connection(member).fill()

    def read_again(self, member: Member) -> None:
        self._attempt.did(f"{member.name} read again.")
        self.members.append(member)
        self.connection(member).room = None

    def lose(self, member: Member) -> None:
        """From now on, whoever sends to `member` gets an error."""
        self.connection(member).before_send = is_lost

    def expect(self, listener: Member, line: bytes, means: str) -> None:
        heard = listener.hear()
        if heard is None:
            saw, means = self._why_not_heard(listener, line, means)
            raise NotYetRight(f"{listener.name} heard nothing. Expected: {told(line)}.{saw}", means)
        if heard != line:
            if heard == END:
                means = f"Its connection was closed. {means}"
            raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(line)}.", means)

    def expect_error(self, listener: Member, means: str) -> None:
        """A line that begins with ERROR, behind notices of others who have left; and then the end."""
        heard = listener.hear()
        while heard and heard.endswith(b" left the chat!"):
            heard = listener.hear()
        if not heard or not heard.startswith(b"ERROR "):
            raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: a line that begins with ERROR.", means)
        self.expect(listener, END, LAST)

    def expect_rest(self) -> None:
        ends = self._connections.values()

        def calls() -> int:
            return self.listener.accepts + sum(each.receives + len(each.sends) for each in ends)

        try:
            expect_rest(calls, "it began to accept, receive or send")
        except NotYetRight as wrong:
            wrong.means = RESTS
            raise

    def expect_to_be_closed(self, *members: Member, means: str = CLOSE_IT) -> None:
        left = [self.connection(member) for member in members]
        if not wait_until(lambda: all(each.was_closed for each in left), LIMIT):
            raise NotYetRight(f"{members[0].name} is out, and the server's socket for it is still open.", means)

    def begin_close(self) -> Call:
        self._attempt.did("Called close().")
        return self.threads.call(self.server.close)

    def expect_closed(self, call: Call, seconds: float = LIMIT) -> None:
        ended = call.wait(seconds)
        self._closes.hangs = self._closes.takes_long = not ended
        if not call.has_ended():
            raise NotYetRight(f"close() had not returned after {LIMIT} s.", self._waits() or NOT_WOKEN)
        if left := self.threads.left:
            left[0].join(LIMIT / 3)
            means = NOT_WOKEN if left[0].is_alive() else NOT_JOINED
            raise NotYetRight("close() has returned, and its thread had not ended.", means)
        if not self.listener.was_closed:
            raise NotYetRight("close() has returned, and the listener is still open.", "Close it: listener.close().")
        if open_ones := [each for each in self._connections.values() if not each.was_closed]:
            saw = f"close() has returned, and {len(open_ones)} of {len(self._connections)} connections are still open."
            raise NotYetRight(saw, CLOSE_IT)

    def _waits(self) -> str:
        """What to say if the thread stands still at one client; '' if it does not."""
        calls = [each.waited_in for each in self._connections.values() if each.waited_in]
        return "" if not calls else WAITS_FOR_ROOM if calls[0] == "send" else WAITS_IN_IT

    def _why_not_heard(self, listener: Member, line: bytes, means: str) -> tuple[str, str]:
        """What else was seen, and what that means."""
        if not self.threads.left:
            return " The server's thread has ended, or none was started.", means
        if waits := self._waits():
            return " The server's thread waited for one client.", waits
        if not self.is_accepted(listener):
            return " Its connection was not accepted.", ALL_OF_THEM if means == PASS_ON else means
        return "", ROOM_AGAIN if means == IN_ORDER else means

    def _note(self, connection: Any, address: Any) -> None:
        self._connections[address] = connection
        if self.next_is_lost:
            self.next_is_lost = False
            connection.before_send = is_lost
            return

        def before_send(data: bytes) -> None:
            name = next((person.name for person in self._people if person.address == address), "nobody")
            self._attempt.crossed("server", name, data)

        connection.before_send = before_send


def is_lost(*_: object) -> None:
    raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


class Closes:
    """What is known of the learner's close() by now."""

    hangs = False
    takes_long = False


@pytest.fixture(scope="module")
def closes() -> Closes:
    return Closes()


@pytest.fixture
def it_closes(closes: Closes) -> None:
    if closes.hangs:
        pytest.skip("waits for the check that has found that close() hangs")


@pytest.fixture
def run(learner: Any, attempt: Any, closes: Closes) -> Iterator[Callable[[], Run]]:
    attempt.leaves_running()  # what a check does not close ends with the listener
    with contextlib.ExitStack() as stack:

        def run() -> Run:
            run = Run(attempt, closes)
            stack.callback(run.end)
            run.make(learner)
            return run

        yield run


def test_people_talk(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """lets people in, and sends each what the room answers"""
    heard = bytearray()
    receive = TcpChat.receive

    def noted(chat: Any, connection: Any, data: Any, now: float) -> Any:
        if not isinstance(data, bytes | bytearray):
            saw = f"self.chat.receive was called with {data!r}."
            raise NotYetRight(saw, "The room takes the bytes as recv gives them: it cuts and decodes by itself.")
        if not (isinstance(now, int | float) and abs(now - time.monotonic()) < LIMIT * 30):
            saw = (
                f"self.chat.receive got the time {now!r}. Expected: time.monotonic(), which was {time.monotonic():.1f}."
            )
            raise NotYetRight(saw, "The stub says which clock: time.monotonic(), when the room is asked.")
        heard.extend(data)
        return receive(chat, connection, data, now)

    monkeypatch.setattr(TcpChat, "receive", noted)
    server = run()
    server.start()
    ada = server.join("ada")
    bob = server.join("bob")
    cy = server.join("cy")
    server.say(ada, "Hello!")
    server.say(bob, "Hi!")
    server.say(cy, "Olé 🐍!")
    server.send(ada, b"in two ")
    wait_until(lambda: b"in two" in heard, MOMENT)
    server.send(ada, b"pieces\n")
    for listener in (bob, cy):
        server.expect(listener, b"ada: in two pieces", ASK)


def test_one_thread(run: Any) -> None:
    """serves all of them in one thread, and others while some say nothing"""
    server = run()
    server.start()
    silent, half = server.meet("silent"), server.meet("half")
    for person in (silent, half):
        server.expect(person, b"NICK", ALL_OF_THEM)
    server.send(half, b"hal")
    ada = server.join("ada", ALL_OF_THEM)
    server.join("bob", ALL_OF_THEM)
    server.say(ada, "Hello!")
    if len(server.threads.left) != 1:
        raise NotYetRight(f"{len(server.threads.left)} threads of your code run. Expected: 1.", ONE_THREAD)
    server.choose(silent)


def test_rests(run: Any) -> None:
    """rests while nothing happens, and goes on afterwards"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    server.expect_rest()
    server.say(ada, "Still here?", "Nothing had come for a while before: who has waited in vain waits again.")
    server.say(bob, "Yes.")


def test_small_sends(run: Any) -> None:
    """sends all of it, although a send takes three bytes"""
    server = run()
    server.start()
    ada, bob, cy = server.join("ada"), server.join("bob"), server.join("cy")
    connection = server.connection(bob)
    connection.most = 3
    server.say(ada, "Is this whole?", THE_REST)
    server.say(cy, "And this?", THE_REST)
    connection.most, connection.room = MAX_ANSWER, 5
    overtakes = threading.Event()

    def make_room(data: bytes) -> None:
        """For what overtakes the rest of the line before it."""
        if data.startswith(b"ada: second"):
            connection.room = None
            overtakes.set()

    connection.on_offer = make_room
    server.members.remove(bob)
    for text in ("first", "second"):
        server.say(ada, text, WAITS_FOR_ROOM)
        wait_until(lambda: connection.room == 0, MOMENT)
    patiently(overtakes.wait, MOMENT)
    connection.room = None
    for text in ("first", "second"):
        server.expect(bob, f"ada: {text}".encode(), IN_ORDER)


def test_a_slow_reader(run: Any) -> None:
    """lets nobody wait for one who does not read, and keeps all that waits in order"""
    server = run()
    server.start()
    ada, tom, bob = server.join("ada"), server.join("tom"), server.join("bob")
    server.stop_reading(tom)
    texts = [f"{number} {LONG}" for number in range(30)]
    for text in texts:
        server.say(ada, text, WAITS_FOR_ROOM)
    server.say(bob, "And me?", WAITS_FOR_ROOM)
    if server.connection(tom).is_full:  # or the system goes on saying that there is room
        server.expect_rest()
    server.read_again(tom)
    for text in texts:
        server.expect(tom, f"ada: {text}".encode(), IN_ORDER)
    server.expect(tom, b"bob: And me?", IN_ORDER)
    server.say(ada, "Welcome back!", IN_ORDER)
    server.expect_rest()


def test_leaving(run: Any) -> None:
    """lets people leave, tells the others, and closes"""
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
    server.expect_error(mallory, PASS_ON)
    server.expect_to_be_closed(ada, eve, mallory)
    server.expect_rest()


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
    wait_until(lambda: server.is_accepted(mallory), LIMIT)
    again = server.join("bob", DEAD)
    server.say(ada, "Welcome back", LOST)
    server.say(cy, "Welcome!", LOST)
    server.expect_to_be_closed(eve, mallory)
    server.say(again, "Thank you.", LOST)


def test_two_lost_in_a_row(run: Any) -> None:
    """goes on when a send fails, to two in a row"""
    server = run()
    server.start()
    ada, bob, cy, dan = (server.join(name) for name in ("ada", "bob", "cy", "dan"))
    for lost in (bob, cy):
        server.lose(lost)
        server.members.remove(lost)
    server.send(ada, b"Hello?\n")
    hear_of(server, dan, b"ada: Hello?", b"bob left the chat!", b"cy left the chat!", means=DEAD)
    hear_of(server, ada, b"bob left the chat!", b"cy left the chat!", means=DEAD_LEFT)
    server.expect_to_be_closed(bob, cy)
    server.say(ada, "Still here?", DEAD_LEFT)
    server.join("bob", DEAD_LEFT)


def test_lost_in_the_same_turn(run: Any) -> None:
    """goes on when somebody is ready, and lost before its turn comes"""
    server = run()
    server.start()
    ada, bob, cy, dan = (server.join(name) for name in ("ada", "bob", "cy", "dan"))
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        patiently(go_on.wait, LIMIT * 2)

    server.connection(dan).on_receive = hold
    server.send(dan, b"half a ")
    try:
        patiently(held.wait, LIMIT)
        for lost in (ada, bob):  # each is found to be lost when the other's line is sent
            server.lose(lost)
            server.members.remove(lost)
            server.send(lost, b"one\n")
    finally:
        server.connection(dan).on_receive = lambda: None
        go_on.set()
    notices = [b"ada left the chat!", b"bob left the chat!"]
    said = (b"ada: one", b"bob: one")
    hear_of(server, cy, *notices, but=said, means=STALE)
    hear_of(server, dan, *notices, but=said, means=STALE)
    server.send(dan, b"line\n")
    hear_of(server, cy, b"dan: half a line", but=said, means=STALE)
    server.send(cy, b"Who is left?\n")
    hear_of(server, dan, b"cy: Who is left?", but=said, means=STALE)
    server.expect_to_be_closed(ada, bob)
    server.join("bob", STALE)


def hear_of(server: Run, listener: Member, *lines: bytes, means: str, but: tuple[bytes, ...] = ()) -> None:
    """`listener` hears each of `lines` once, in whatever order, and others of `but` between them."""
    missing = list(lines)
    while missing:
        heard = listener.hear()
        if not heard:
            raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(missing[0])}.", means)
        if heard in missing:
            missing.remove(heard)
        elif heard not in but:
            raise NotYetRight(f"{listener.name} heard {told(heard)}. Expected: {told(missing[0])}.", means)


def test_ready_for_nothing(run: Any) -> None:
    """goes on when a socket is said to be ready and is not"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    server.connection(ada).refuses = 1
    server.say(ada, "Can you hear me?", A_HINT)
    server.listener.refuses = 1
    cy = server.join("cy", ACCEPT_HINT)
    server.connection(cy).refuses = server.connection(bob).refuses = 1
    server.say(bob, "Yes.", A_HINT)
    server.say(cy, "I can, too.", A_HINT)


def test_a_reader_that_is_too_slow(run: Any) -> None:
    """puts out who reads too slowly, and waits for nothing then"""
    server = run()
    server.start()
    ada, tom, bob = server.join("ada"), server.join("tom"), server.join("bob")
    server.stop_reading(tom)
    limit = server.server.chat.limits.max_outbox
    said, notice = 0, b"tom left the chat!"
    heard: list[bytes] = []
    while notice not in heard and said < limit * PLENTY:
        speaker, listener = (ada, bob) if said % 2 else (bob, ada)
        line = f"{speaker.name}: {said} {LONG}".encode()
        said += len(line) + 1
        server.send(speaker, line.partition(b" ")[2] + b"\n")
        heard = server.hear_until(listener, line, f"{SLOW} {WAITS_FOR_ROOM}")
    if notice in heard and said <= limit:
        raise NotYetRight(f"tom was put out when {said:,} bytes had been said.", TOO_EARLY)
    for member in (ada, bob):
        if notice not in heard or member is not listener:
            hear_of(server, member, notice, means=SLOW)
    server.expect_to_be_closed(tom, means=CLOSE_NOW)
    server.say(ada, "Where is he?", SLOW)


def test_closes(run: Any) -> None:
    """closes within a second, tells everybody, and leaves nothing"""
    server = run()
    server.start()
    server.join("ada")
    server.join("bob")
    tom = server.join("tom")
    eve = server.meet("eve")
    server.expect(eve, b"NICK", PASS_ON)
    server.stop_reading(tom)
    server.expect_closed(server.begin_close())
    for person in (*server.members, eve):
        person.patience = LIMIT / 3
        server.expect_error(person, TELL)


def test_waits_for_its_thread(run: Any, it_closes: None) -> None:
    """waits in close until its thread has ended"""
    server = run()
    server.start()
    ada, bob = server.join("ada"), server.join("bob")
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        patiently(go_on.wait, LIMIT * 2)

    server.connection(ada).on_receive = hold
    server.send(ada, b"My last words\n")
    try:
        patiently(held.wait, LIMIT)
        call = server.begin_close()
        if call.has_ended(MOMENT):
            raise NotYetRight("close() has returned while its thread was still at work.", NOT_JOINED)
    finally:
        server.connection(ada).on_receive = lambda: None
        go_on.set()
    server.expect_closed(call)
    server.expect(bob, b"ada: My last words", "What had arrived before close() is still said.")


def test_closes_when_some_are_lost(run: Any, it_closes: None) -> None:
    """tells the others of the end when some are lost"""
    server = run()
    server.start()
    bob, cy, ada = server.join("bob"), server.join("cy"), server.join("ada")
    for lost in (bob, cy):
        server.lose(lost)
    server.expect_closed(server.begin_close())
    server.expect_error(ada, DEAD)


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


def test_keeps_to_the_protocol(run: Any, attempt: Any) -> None:
    """keeps to the protocol, case by case: python -m chatlab.conformance --lesson 11"""
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
