"""The checks of ex13: an outbox meets a connection with room for just so many bytes, and, at the end, a real one that
nobody reads. Nothing is left to chance: how much a `send` takes is what the check says.
"""

from __future__ import annotations

import errno
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.small_sends import SmallSends, connect_pair

MOST_TIMES = 10  # a flush may ask a connection that has no room
MOST_EMPTY = 100  # times, a flush may send nothing
SHOWN = 4  # so many of the last steps are told
MANY = 40_000  # lines
SOME_MEMORY = 150_000  # bytes
LIMIT = 65_536
PATIENCE = 5.0  # seconds, for bytes that are on their way over the loopback
REAL_LIMIT = 16_384
SMALL = 4096  # bytes of a kernel's buffer

ALL_TAKEN = "What waits is to be sent, from the front, as long as the connection takes it."
A_PART = "send may take a part: call it again with the bytes that it has not taken, until nothing waits."
NO_ERROR = (
    "No room now is no error: the rest waits, and the next flush sends it. Catch BlockingIOError, and nothing else."
)
GO_ON = "What was not taken, the next flush sends first: go on at just that byte."
IN_ORDER = "The line that came first is the first to go out; a new one waits behind all others."
LIMITED = "At most `limit` bytes may wait: the limit is one of bytes, and exactly so many still fit."
SENT_IS_GONE = "Bytes that were sent wait no more: they leave room for others, each of them, also those of half a line."
A_WHOLE_LINE = "A line is put whole or not at all: of one that has no room, nothing may be sent."
OUT_FOR_GOOD = "Who has missed a line gets none after it, even when there is room again: remember that one had no room."
STILL_SENT = "Lines that were taken before are promised: they go out, to the last byte."
LOST = "An error such as ConnectionResetError says that the reader is lost. The room has to learn it: let it through."
BLOCKS = (
    "sock blocks now (setblocking or settimeout was called).",
    "A connection that blocks makes the whole room wait for this one reader: leave it as it is.",
)
SENDALL = (
    "sendall was called. Where it would have to wait it raises BlockingIOError, in the midst of it, and nobody "
    "learns how much it has sent. send says how much."
)
ANSWERS = "flush answers how many bytes still wait: by that the room knows whether there is more to send."


class Connection(SmallSends):
    """It has room for `room` bytes; then `send` raises BlockingIOError, or `error`. `expected`: all that may come."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.most = LIMIT * 2
        self.room = 0
        self.error: OSError | None = None
        self.expected = b""
        self.refused = b""  # lines that were not to be taken
        self.arrived = b""
        self.full = self.empty = 0  # how often, in this flush
        self.last_given = b""
        self.last_taken = 0
        self.begun_anew = False  # there was no send in this flush yet
        self.used_sendall = False

    def send(self, data: Any, *flags: Any) -> int:
        given = bytes(memoryview(data))
        if not given:
            self.empty += 1
            if self.empty > MOST_EMPTY:
                means = "A loop does not end: it is to end when nothing waits any more."
                raise NotYetRight("It goes on calling send with no bytes at all.", means)
            return 0
        if not self.room:
            self._refuse()
        taken = given[: min(self.most, self.room)]
        self.room -= len(taken)
        before, self.arrived = self.arrived, self.arrived + taken
        if not self.expected.startswith(self.arrived):
            raise NotYetRight(*self._wrong(given, before))
        self.last_given, self.last_taken, self.begun_anew = given, len(taken), False
        return len(taken)

    def sendall(self, data: Any, *flags: Any) -> None:
        self.used_sendall = True
        super().sendall(data, *flags)

    def _refuse(self) -> None:
        if self.error:
            raise self.error
        self.full += 1
        refuse_to_ask_again(self.full)
        raise BlockingIOError(errno.EWOULDBLOCK, "Resource temporarily unavailable")

    def _wrong(self, given: bytes, before: bytes) -> tuple[str, str]:
        expected = self.expected[len(before) :]
        rest = self.last_given[self.last_taken :]
        saw = f"send was called with {shown(given)}. Expected: {shown(expected)}" + (
            ", or its beginning." * bool(expected)
        )
        behind = given[len(expected) :] if given.startswith(expected) else b""
        if behind and self.refused.startswith(behind):
            wanted = shown(expected) if expected else "nothing more"
            return f"send was called with {shown(given)}. Expected: {wanted}.", A_WHOLE_LINE
        if not expected:
            return f"send was called with {shown(given)}, when all had been sent.", "What send has taken waits no more."
        if given == self.last_given and before:
            took = f"send had taken {self.last_taken} of {len(given)} bytes before."
            return saw, f"{took} {GO_ON if self.begun_anew else A_PART}"
        if rest and not given.startswith(rest[: len(given)]) and not self.begun_anew:
            took = f"send took {self.last_taken} of {len(self.last_given)} bytes, and returned {self.last_taken}."
            return saw, f"{took} What it has not taken is still to be sent, before all else."
        if self.expected.find(given) > len(before):
            return saw, GO_ON if before and not before.endswith(b"\n") else IN_ORDER
        if given in before + expected or self.expected.startswith(given):
            return saw, f"Nothing is sent twice. {GO_ON}"
        return saw, "What is sent is the lines as they were put, byte by byte, and nothing between them."


class RealConnection(SmallSends):
    """Its room is what the systems have. `full`: how often there was none, in this flush."""

    full = 0

    def send(self, data: Any, *flags: Any) -> int:
        if self.gettimeout() != 0:
            raise NotYetRight(*BLOCKS)
        try:
            return super().send(data, *flags)
        except BlockingIOError:
            self.full += 1
            refuse_to_ask_again(self.full)
            raise


def refuse_to_ask_again(times: int) -> None:
    """Raises NotYetRight if a flush has asked so often in vain that it waits for room."""
    if times > MOST_TIMES:
        saw = f"The connection had no room, and flush called send {times} times all the same."
        raise NotYetRight(saw, "flush must not wait for room: end it there, and answer how many bytes wait.")


class Reader:
    """An Outbox of the learner's, and a connection to send to."""

    def __init__(self, attempt: Any, learner: Any, limit: int) -> None:
        self._attempt = attempt
        self.made = f"Made Outbox({limit})"
        self._steps: list[str] = []
        attempt.did(f"{self.made}.")
        self.outbox = learner.Outbox(limit)
        self.sock, self._peer = connect_pair(Connection)
        assert isinstance(self.sock, Connection)
        self.connection: Connection = self.sock
        self.sock.setblocking(False)

    def close(self) -> None:
        self.sock.close()
        self._peer.close()

    @property
    def waits(self) -> bytes:
        return self.connection.expected[len(self.connection.arrived) :]

    def put(self, line: bytes, *, taken: bool = True, means: str = LIMITED) -> None:
        self._tell(f"put {shown(line)}")
        answer = self.outbox.put(line)
        expect_plain(answer, "put")
        if answer is None:
            raise NotYetRight(
                f"put({shown(line)}) answered None. Expected: {taken}.", "A branch of put ends without `return`."
            )
        if not isinstance(answer, int) or answer != taken:
            saw = f"put({shown(line)}) answered {answer!r}, when {len(self.waits)} bytes waited. Expected: {taken}."
            if type(answer) not in (bool, int):
                means = "put answers whether the line was taken: True or False."
            raise NotYetRight(saw, means)
        if taken:
            self.connection.expected += line
        else:
            self.connection.refused += line

    def flush(self, room: int = LIMIT, *, most: int = LIMIT, means: str = ALL_TAKEN) -> None:
        """The connection has room for so many bytes more, and a `send` takes `most` of them."""
        has_room = f", with room for {room} bytes" * (room < LIMIT)
        self._tell("flushed it" + has_room + f", where a send takes {most}" * (most < room))
        connection, waits = self.connection, self.waits
        connection.room, connection.most = room, most
        connection.full = connection.empty = 0
        connection.begun_anew = True
        sent = len(connection.arrived)
        try:
            answer = self.outbox.flush(self.sock)
        except BlockingIOError as error:
            saw = "flush raised BlockingIOError. Expected: the number of bytes that wait."
            raise NotYetRight(saw, NO_ERROR).with_traceback(error.__traceback__) from None
        expect_plain(answer, "flush")
        self._attempt.crossed("flush", "sock", connection.arrived[sent:])
        self._check_socket()
        if waits[:room] != connection.arrived[sent:]:
            came = connection.arrived[sent:]
            saw = f"It sent {shown(came) if came else 'nothing'}. Expected: {shown(waits[:room])}."
            part = connection.last_taken < len(connection.last_given) and came
            raise NotYetRight(saw, A_PART if part and means == ALL_TAKEN else means)
        self._check_answer(answer, len(connection.arrived) - sent)

    def _check_answer(self, answer: object, sent: int) -> None:
        waits = len(self.waits)
        if isinstance(answer, int) and answer == waits and not (isinstance(answer, bool) and waits):
            return
        means = ANSWERS
        if self.connection.used_sendall:
            means = SENDALL
        elif answer is None:
            means = f"A branch of flush ends without `return`. {ANSWERS}"
        elif isinstance(answer, bool):
            means = f"{ANSWERS} That is a number of bytes, such as {waits}."
        elif answer == sent:
            means = f"That is how many it has sent. {ANSWERS}"
        elif isinstance(answer, int) and answer > waits:
            means = SENT_IS_GONE
        raise NotYetRight(f"flush answered {answer!r}. Expected: {waits}.", means)

    def _check_socket(self) -> None:
        if self.sock.was_closed:
            raise NotYetRight("sock was closed.", "flush is called again and again: leave the connection open.")
        if self.sock.was_shut_down:
            raise NotYetRight("sock.shutdown(…) was called.", "That ends the stream for good: leave it open, as it is.")
        if self.sock.gettimeout() != 0:
            raise NotYetRight(*BLOCKS)

    def _tell(self, step: str) -> None:
        self._steps.append(step)
        last = self._steps[-SHOWN:]
        others = len(self._steps) - len(last)
        earlier = f"did {others} other step{'s' * (others > 1)}, then " if others else ""
        self._attempt.did(f"{self.made}, {earlier}{', '.join(last)}.")


@pytest.fixture
def reader(learner: Any, attempt: Any) -> Iterator[Callable[[int], Reader]]:
    made: list[Reader] = []

    def reader(limit: int = 1000) -> Reader:
        made.append(Reader(attempt, learner, limit))
        return made[-1]

    yield reader
    for each in made:
        each.close()


def test_a_line_goes_out(reader: Any) -> None:
    """sends a line to a reader that takes it at once"""
    bob = reader()
    bob.put(b"ada: hello\n")
    bob.flush()
    bob.flush(means="Nothing waits, and nothing is to be sent.")
    bob.put("eve: Olé 🐍\n".encode())
    bob.flush()


def test_lines_in_their_order(reader: Any) -> None:
    """sends lines in the order in which they were put"""
    bob = reader()
    for number in range(20):
        bob.put(b"line %d\n" % number)
    bob.flush(means=ALL_TAKEN)
    for line in (b"b\n", b"a\n", b"c\n", b"a\n", b"  \n", b"\n"):
        bob.put(line)
    bob.flush(means=ALL_TAKEN)


def test_sends_of_three_bytes(reader: Any) -> None:
    """sends all, although a send takes three bytes"""
    bob = reader()
    bob.put(b"ada: hello\n")
    bob.put(b"eve: me too\n")
    bob.flush(LIMIT, most=3)
    bob.put(b"ada: and now?\n")
    bob.flush(LIMIT, most=1)


def test_no_room(reader: Any) -> None:
    """goes on where the connection had no more room"""
    bob = reader()
    bob.put(b"ada: hello\n")
    bob.flush(0)
    bob.flush(0)
    bob.flush(means=GO_ON)
    bob.put(b"ada: one\n")
    bob.put(b"ada: two\n")
    bob.flush(3)
    bob.put(b"ada: three\n")
    bob.flush(0)
    bob.flush(10, most=4)
    bob.flush(means=GO_ON)


def test_room_for_a_part(reader: Any) -> None:
    """goes on at any byte, and puts new lines behind"""
    first = "ada: é\nada: 🐍\n".encode()
    for room in range(1, len(first)):
        bob = reader()
        for line in first.splitlines(keepends=True):
            bob.put(line)
        bob.flush(room, most=5)
        bob.put(b"eve: last\n")
        bob.flush(means=GO_ON)
        bob.close()


def test_the_limit(reader: Any) -> None:
    """lets as many bytes wait as the limit says, and no more"""
    bob = reader(20)
    bob.put(b"123456789\n")
    bob.put(b"123456789\n")
    bob.put(b"x\n", taken=False)
    bob.flush(means=STILL_SENT)
    tom = reader(20)
    tom.put(b"to tom\n", means=why_shared(bob.outbox, tom.outbox))
    tom.flush()
    bob = reader(20)
    bob.put(b"1234567890123456789\n")
    bob.flush(means=STILL_SENT)
    bob = reader(20)
    bob.put("ééééééééé\n".encode())  # 19 bytes
    bob.put("é\n".encode(), taken=False)
    bob.flush(means=A_WHOLE_LINE)
    bob = reader(20)
    bob.put(b"12345678901234567890\n", taken=False)
    bob.flush(means=A_WHOLE_LINE)


def test_what_was_sent_waits_no_more(reader: Any) -> None:
    """has room again for what was sent"""
    bob = reader(20)
    for _ in range(10):
        bob.put(b"123456789\n", means=SENT_IS_GONE)
        bob.put(b"123456789\n", means=SENT_IS_GONE)
        bob.flush()
    bob.put(b"12345678901234567\n", means=SENT_IS_GONE)
    bob.flush(7)
    bob.put(b"12345678\n", means=SENT_IS_GONE)
    bob.flush(1)
    bob.put(b"\n", means=SENT_IS_GONE)
    bob.put(b"\n", taken=False)
    bob.flush(means=STILL_SENT)


def test_out_for_good(reader: Any) -> None:
    """takes nothing more once a line had no room"""
    bob = reader(20)
    bob.put(b"1234567\n")
    bob.put(b"1234567\n")
    bob.put(b"12345\n", taken=False)
    bob.put(b"\n", taken=False, means=OUT_FOR_GOOD)
    bob.flush(10)
    bob.put(b"1\n", taken=False, means=OUT_FOR_GOOD)
    bob.flush(means=STILL_SENT)
    bob.put(b"1\n", taken=False, means=OUT_FOR_GOOD)
    bob.flush(means=A_WHOLE_LINE)


def test_two_readers(reader: Any) -> None:
    """keeps two readers apart, each with an outbox of its own"""
    ada, bob = reader(20), reader(20)
    ada.made = bob.made = "Made two of Outbox(20), and used this one"
    ada.put(b"to ada\n")
    shared = why_shared(ada.outbox, bob.outbox)
    bob.put(b"to bob, for ever..\n", means=shared)
    bob.put(b"no more\n", taken=False)
    ada.put(b"to ada\n", means=shared)
    for each in (ada, bob):
        try:
            each.flush(means=shared)
        except NotYetRight as wrong:
            wrong.means = shared
            raise


def test_a_reset(reader: Any, attempt: Any) -> None:
    """lets the room know when a reader is lost, whenever it happens"""
    stream = b"ada: hello\nada: bye\n"
    errors = (
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
    )
    for room in range(len(stream)):
        bob = reader()
        for line in stream.splitlines(keepends=True):
            bob.put(line)
        bob.connection.error = error = errors[room % len(errors)]
        bob.connection.room = room
        attempt.did(
            f"{bob.made}, put two lines, and flushed it; after {room} bytes, send raised {type(error).__name__}."
        )
        try:
            answer = bob.outbox.flush(bob.sock)
        except OSError as raised:
            if isinstance(raised, type(error)):
                bob.close()
                continue
            raise NotYetRight(f"flush raised {type(raised).__name__}.", LOST) from None
        raise NotYetRight(f"flush answered {answer!r}. Expected: the same error.", LOST)


def test_many_lines(reader: Any, attempt: Any) -> None:
    """needs no more memory, however many lines there are"""
    bob, tom = reader(1000), reader(1000)
    attempt.did(f"Put {MANY:,} lines for a reader that takes each at once, and {MANY:,} for one that takes none.")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(MANY // 10):
            line = b"line %060d\n" % number
            if not bob.outbox.put(line):
                raise NotYetRight(f"put({shown(line)}) answered False, when nothing waited.", SENT_IS_GONE)
            bob.connection.expected, bob.connection.arrived, bob.connection.room = line, b"", LIMIT
            bob.outbox.flush(bob.sock)
        quick = tracemalloc.get_traced_memory()[0] - before
        for number in range(MANY):
            tom.outbox.put(b"line %060d\n" % number)
        slow = tracemalloc.get_traced_memory()[0] - before - quick
    finally:
        tracemalloc.stop()
    for memory, who in ((quick, "the first one, for whom nothing waits,"), (slow, "the second one, which is out,")):
        if memory > SOME_MEMORY:
            means = "Keep only what waits: a line that was sent, or had no room, is not needed any more."
            raise NotYetRight(f"Afterwards, the outbox of {who} held {memory:,} bytes of memory.", means)


def test_a_peer_that_never_reads(learner: Any, attempt: Any) -> None:
    """bounds what waits for a real connection that nobody reads, and then delivers it"""
    attempt.did(
        f"Put lines into Outbox({REAL_LIMIT:,}) and flushed it after each, over a real connection that nobody reads."
    )
    ours, theirs = connect_pair(RealConnection)
    with ours, theirs:
        ours.most = LIMIT
        ours.setblocking(False)
        for sock, option in ((ours, socket.SO_SNDBUF), (theirs, socket.SO_RCVBUF)):
            sock.setsockopt(socket.SOL_SOCKET, option, SMALL)
        theirs.settimeout(PATIENCE)
        outbox, lines = learner.Outbox(REAL_LIMIT), 0
        while outbox.put(b"line %094d\n" % lines):
            lines += 1
            ours.full = 0
            waits = outbox.flush(ours)
            if lines > MANY:
                raise NotYetRight(f"It took {lines:,} lines, and {waits:,} bytes waited.", LIMITED)
        attempt.did(
            f"Let the other side of that connection read, and flushed until nothing waited any more ({lines:,} lines)."
        )
        arrived = bytearray()
        while outbox.flush(ours):
            ours.full = 0
            arrived += theirs.recv(LIMIT)
        ours.shutdown(socket.SHUT_WR)
        while piece := theirs.recv(LIMIT):
            arrived += piece
        expected = b"".join(b"line %094d\n" % number for number in range(lines))
        if arrived != expected:
            pairs = zip(arrived.splitlines(), expected.splitlines(), strict=False)
            whole = sum(came == put for came, put in pairs)
            came = f"{len(arrived):,} bytes arrived, the first {whole:,} lines as they were put"
            saw = f"{came}. Expected: {len(expected):,} bytes, {lines:,} lines."
            raise NotYetRight(saw, GO_ON)


def shown(data: bytes) -> str:
    """As Python shows it, but for the middle of what is long."""
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:24]}…{text[-6:]} ({len(data):,} bytes)"
