"""The checks of ex15: each does what one report says, and nothing that another report is about; then it plays the cases
of the protocol that belong to it. So each passes when its own mistake is mended, whatever becomes of the others.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chatlab.conformance.tcp import SUITE
from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.threads import Call, OwnThreads, patiently

PATIENCE = 1.0  # seconds until somebody is said to hear nothing
A_WHILE = 0.3  # seconds for bytes to be received, by whatever call
LATE = 1.5  # seconds for a burst of lines
CLOSES = 0.3  # seconds for the room to close when a check is over
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset
SMALL, LARGE = 4_096, 262_144  # bytes of the kernel's buffers
LINE, BURST, BURSTS = "x" * 1_000, 30, 12  # what is said while somebody does not read: more than 200 lines
WELCOME = "Connected to the server!"

FRAME_FIRST = (
    "A piece can end in the middle of a letter, so it can't be decoded by itself: put whole lines together out of "
    "bytes, and decode those."
)
ALL_OF_THEM = "A piece can hold several lines: all that are whole are taken, in their order."
KEEP = "What stands behind the last newline of a piece is the beginning of a line: it has to stay until the rest comes."
DOOR = "Whoever accepts must wait for nobody: to wait for a nickname is for the thread of the one who is asked."
LOCKED = (
    "A thread that has a threading.Lock and takes it once more waits for itself, for ever, and soon all others wait "
    "for that lock."
)
SLOW = (
    "A Queue that is full makes whoever puts into it wait, here with the lock in its hand. Nobody may wait for one who "
    "does not read: that one is out, and the others go on."
)
BOUND = "What waits for somebody who does not read needs an end: at 200 lines, end that connection."
RESETS = "A reset is a goodbye, too: recv raises ConnectionResetError then, and the member has to leave all the same."
SKIPPED = "A list that gets shorter while a loop goes through it: the loop skips the one behind each that goes."
NOT_ONE = (
    "leave does nothing for somebody who is in self.members no more: hang up first, and go through a copy of the list."
)
CLOSE_WAITS = "close() waits for what does not come: look at the lines where your threads stand."
VOICE = "The room knows who says a line: its nickname comes from the table, and what the text says of it is only text."
HARM = "The mistake of this report may be mended, but the room does not keep to the protocol any more."

CASES = {
    "letters": (
        "a line may come one byte at a time",
        "text is utf8",
        "bytes that are not utf8",
        "a longer line is the end",
    ),
    "lines": (
        *("carriage returns are dropped", "lines may come in one piece", "a piece may end anywhere"),
        *("the longest line arrives whole", "a line without end is the end", "a line cut short is not sent on"),
        *("lines keep their order", "nothing is lost when many talk", "who talks too much loses nothing"),
    ),
    "door": (
        *(
            "what the room says ends with a newline",
            "a newcomer is asked and let in",
            "who has no nickname hears nothing",
        ),
        *("who has no nickname does not shut the door", "who never came in does not leave"),
        *("a newcomer does not hear of itself", "everyone else hears who joins", "other protocols are hung up on"),
        *("a member may say what other protocols say", "telnet commands are taken out", "telnet options are declined"),
    ),
    "nicknames": (
        *("a taken nickname is refused", "a nickname that looks taken is refused", "the tenth nickname may be right"),
        *("ten wrong nicknames are the end", "nicknames of any script", "a nickname of twenty characters"),
        *("nicknames with marks", "a nickname is normalised", "spaces around a nickname", "no other nicknames"),
        *("a nickname that is not utf8 is refused", "reserved nicknames"),
    ),
    "slow": ("everyone else hears what is said", "no echo"),
    "ends": (
        *("a reset is a goodbye", "everyone else hears who leaves", "the end of the stream is a goodbye"),
        *("a nickname is free when its owner has left",),
    ),
    "voice": (
        *("nobody speaks as another", "nobody speaks for the room", "text arrives as it was said"),
        *("what a member says is no command", "an empty line is not sent on", "empty text is not sent on"),
        *("control characters are removed", "line separators are removed", "nobody reorders a screen"),
    ),
}


class Person:
    """Somebody with a connection to the room."""

    def __init__(self, run: Run, name: str, buffer: int = 0) -> None:
        self.name = name
        self.patience = PATIENCE
        self.last = ""
        self._run = run
        self._came = b""  # and was not looked at yet
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if buffer:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._sock.settimeout(PATIENCE)
        self._sock.connect(run.address)

    def send(self, data: bytes) -> None:
        self._run.attempt.did(f"{self.name} sent {short(data)}.")
        self._run.attempt.crossed(self.name, "room", data)
        with contextlib.suppress(OSError):  # the room has ended the connection, as is seen when one listens
            self._sock.sendall(data)

    def say(self, *texts: str) -> None:
        self.send(b"".join(f"{text}\n".encode() for text in texts))

    def reset(self) -> None:
        self._run.attempt.did(f"{self.name}'s connection was reset.")
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._sock.close()

    def close(self) -> None:
        self._sock.close()

    def hear(self, *expected: str, means: str) -> None:
        """The next lines are these."""
        for line in expected:
            heard = self.next_line()
            if heard != line:
                saw = f"{self.name} heard {in_words(heard)}. Expected: {line!r}."
                raise NotYetRight(saw + (self._run.standing() if heard is None else ""), means)

    def next_line(self) -> str | None:
        """None if none comes in time; '' at the end of the stream."""
        while b"\n" not in self._came:
            data = patiently(self._receive, self.patience)
            if data is None:
                return None
            if data == [b""]:
                return ""
            self._came += data[0]
        line, _, self._came = self._came.partition(b"\n")
        self._run.attempt.crossed("room", self.name, line + b"\n")
        return line.decode("utf-8", "replace")

    def hears_the_end(self) -> bool:
        """Whether the stream ends, after whatever comes before it. Its last line is then `last`."""
        while line := self.next_line():
            self.last = line
        return line == ""

    def _receive(self, seconds: float) -> list[bytes] | None:
        self._sock.settimeout(seconds)
        try:
            return [self._sock.recv(65_536)]
        except TimeoutError:
            return None
        except OSError:  # a reset
            return [b""]


class Run:
    """A room of the learner's, and the people who come there."""

    def __init__(self, learner: Any, attempt: Any, reads: Reads) -> None:
        self.attempt = attempt
        self.people: list[Person] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address = self.listener.getsockname()
        self.threads = OwnThreads()
        self._reads = reads
        attempt.did("Made a Server, and called start().")
        self.server = learner.Server(self.listener)
        expect_plain(self.server.start(), "start")

    def connect(self, name: str, buffer: int = 0, means: str = DOOR) -> Person:
        person = Person(self, name, buffer)
        self.people.append(person)
        self.attempt.did(f"{name} connected.")
        person.hear("NICK", means=means)
        return person

    def join(self, name: str, *hearers: Person, buffer: int = 0) -> Person:
        """Somebody who comes in, as `hearers` hear."""
        person = self.connect(name, buffer)
        self.let_in(person, *hearers)
        return person

    def let_in(self, person: Person, *hearers: Person, means: str = HARM) -> None:
        person.say(person.name)
        person.hear(WELCOME, means=means)
        for hearer in hearers:
            hearer.hear(f"{person.name} joined the chat", means=means)

    def has_read(self, piece: bytes) -> None:
        """Wait until the room has received `piece`, so that it does not come together with the next one."""
        patiently(lambda seconds: self._reads.has(piece, seconds), A_WHILE)

    def standing(self, *calls: Call) -> str:
        """Where the learner's threads, and those of `calls`, stand: their own lines."""
        file, lines = str(self.attempt.file.path), Counter[str]()
        for thread in (*self.threads.left, *(call.thread for call in calls)):
            frame = sys._current_frames().get(thread.ident or 0)
            while frame and frame.f_code.co_filename != file:
                frame = frame.f_back
            if frame:
                lines[f"line {frame.f_lineno}, in {frame.f_code.co_name}"] += 1
        rare_first = lines.most_common()[::-1][:4]
        stand = "; ".join(f"{number} in {line}" for line, number in rare_first)
        return f" Your threads stand: {stand}." if stand else ""

    def begin_close(self) -> Call:
        self.attempt.did("Called close().")
        return self.threads.call(self.server.close)

    def finish(self) -> Call | None:
        """The check is over. Whether the room closes is for one check alone to say."""
        for person in self.people:
            person.close()
        return self.threads.call(self.server.close) if self.threads.left else None

    def take_back(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Reads:
    """What the room receives, by the calls that it makes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._pieces: list[bytes] = []
        self._news = threading.Condition()
        recv, recv_into = socket.socket.recv, socket.socket.recv_into

        def watched_recv(sock: socket.socket, *arguments: Any) -> bytes:
            data = recv(sock, *arguments)
            self._note(data)
            return data

        def watched_recv_into(sock: socket.socket, buffer: Any, *arguments: Any) -> int:
            number = recv_into(sock, buffer, *arguments)
            self._note(bytes(memoryview(buffer)[:number]))
            return number

        patch.setattr(socket.socket, "recv", watched_recv)
        patch.setattr(socket.socket, "recv_into", watched_recv_into)

    def has(self, tail: bytes, seconds: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: any(piece.endswith(tail) for piece in self._pieces), seconds)

    def _note(self, data: bytes) -> None:
        with self._news:
            self._pieces.append(data)
            self._news.notify_all()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


@pytest.fixture(scope="module")
def closes() -> set[bool]:
    """Whether close() has returned in time at the end of a check: each time, or not."""
    return set()


@pytest.fixture
def run(learner: Any, attempt: Any, reads: Reads, closes: set[bool]) -> Iterator[Any]:
    attempt.leaves_running()  # a room in which mistakes are left may not be able to close
    runs: list[Run] = []

    def run() -> Run:
        runs.append(Run(learner, attempt, reads))
        return runs[-1]

    yield run
    calls = [call for run in runs if (call := run.finish())]
    closes.update(call.wait(0 if False in closes else CLOSES) for call in calls)
    for each in runs:
        each.take_back()


def play(run: Any, kind: str) -> None:
    """The cases of the protocol that belong to a report, each in a room of its own: who has left one by a reset may not
    have left it.
    """
    for case in (case for case in SUITE.cases if case.name in CASES[kind]):
        room = run()
        [result] = SUITE.run(room.address, [case])
        room.attempt.did(f"Played the case: {case.name}. The protocol says: {case.rule}")
        if result.problem:
            raise NotYetRight(f"{result.problem[0].upper()}{result.problem[1:]}.", HARM, section="The judge")


def test_letters(run: Any) -> None:
    """report 1, José: letters arrive whole, wherever the network cuts"""
    room = run()
    ada = room.join("ada")
    bob = room.join("bob", ada)
    for text, cuts in (("café!", (4,)), ("I like 🐍!", (8, 9, 10)), ("naïve", (3,))):
        line = f"{text}\n".encode()
        for start, end in zip((0, *cuts), (*cuts, None), strict=True):
            ada.send(line[start:end])
            room.has_read(line[start:end])
        bob.hear(f"ada: {text}", means=FRAME_FIRST)
    play(run, "letters")


def test_halves(run: Any) -> None:
    """report 2, Lin: no half of a line is lost"""
    room = run()
    ada = room.join("ada")
    bob = room.join("bob", ada)
    ada.send(b"one\ntw")
    bob.hear("ada: one", means=KEEP)
    ada.send(b"o\nthree\nfour\nfi")
    bob.hear("ada: two", means=KEEP)
    bob.hear("ada: three", "ada: four", means=ALL_OF_THEM)
    ada.send(b"ve\n")
    bob.hear("ada: five", means=KEEP)
    poem = [f"verse {number}: {'la ' * 30}".replace(":", ",") for number in range(80)]
    ada.say(*poem)
    bob.hear(*(f"ada: {verse}" for verse in poem), means=KEEP)
    play(run, "lines")


def test_door(run: Any) -> None:
    """report 3, Tom: one who chooses no nickname keeps nobody waiting"""
    room = run()
    sister = room.connect("sister")
    tom = room.join("tom")
    half = room.connect("mum")
    half.send(b"mu")
    room.join("bob", tom)
    room.let_in(sister, tom, means="Who takes a walk is not put out for it: she may still choose.")
    play(run, "door")


def test_taken(run: Any) -> None:
    """report 4, Kim: a nickname that is taken is refused, and all go on"""
    room = run()
    ada = room.join("ada")
    kim = room.connect("kim")
    for taken in ("ada", "ADA"):
        kim.say(taken)
        answer = kim.next_line()
        if not answer or not answer.startswith("NICK "):
            saw = f"kim heard {in_words(answer)}. Expected: NICK, and why the nickname is refused."
            raise NotYetRight(saw + (room.standing() if answer is None else ""), HARM if answer else LOCKED)
    room.let_in(kim, ada, means=LOCKED)
    ada.say("hello")
    kim.hear("ada: hello", means=LOCKED)
    play(run, "nicknames")


def test_slow(run: Any) -> None:
    """report 5, Bob: one who does not read keeps nobody waiting, and is out"""
    room = run()
    ada = room.join("ada")
    room.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # of the connections that come from it
    bob = room.join("bob", ada, buffer=SMALL)
    room.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGE)
    said = 0
    for burst in range(BURSTS):
        if burst % 3 == 0:  # one alone may not say so much at once
            speaker = room.join(f"speaker{burst}")
        speaker.say(*[LINE] * BURST, f"that was {said + BURST}")
        room.attempt.did(f"While bob read nothing, {said + BURST} lines of 1,000 bytes were said.")
        said += BURST
        late = time.monotonic() + LATE
        while (heard := ada.next_line()) != f"{speaker.name}: that was {said}":
            if not heard:
                saw = f"ada heard {in_words(heard)}. Expected: all that was said."
                raise NotYetRight(saw + ("" if heard == "" else room.standing()), SLOW)
            if time.monotonic() > late:
                raise NotYetRight(f"ada had not heard the last {BURST} lines after {LATE} s.{room.standing()}", SLOW)
    if not bob.hears_the_end():
        saw = "bob then read all that had waited for him, and was still connected. Expected: the end of his stream."
        raise NotYetRight(saw, BOUND)
    play(run, "slow")


def test_reset(run: Any) -> None:
    """report 6, Mia: a reset is a goodbye, and the nickname is free"""
    room = run()
    ada = room.join("ada")
    mia = room.join("mia", ada)
    mia.reset()
    ada.hear("mia left the chat!", means=RESETS)
    again = room.connect("mia")
    room.let_in(again, ada, means="Who has left has no nickname any more: it has to be free for the next one.")
    again.say("here I am")
    ada.hear("mia: here I am", means="One goodbye for each who leaves: whoever is out already can't leave again.")
    play(run, "ends")


def test_close(run: Any) -> None:
    """report 7, Olu: when the room closes, all are told"""
    room = run()
    people: list[Person] = []
    for name in ("ada", "bob", "cy", "olu", "tom", "kim"):
        people.append(room.join(name, *people))
    call = room.begin_close()
    left: list[str] = []
    for person in people:
        person.patience = A_WHILE if left else PATIENCE
        left += [] if person.hears_the_end() else [person.name]
    if left:
        ended = call.has_ended(PATIENCE)  # raises what close() has raised: that is the cause then
        saw = f"The streams of {', '.join(left)} did not end. Expected: the end of all {len(people)}."
        raise NotYetRight(
            saw + ("" if ended else room.standing(call)),
            CLOSE_WAITS if not ended else NOT_ONE if len(left) == len(people) else SKIPPED,
        )
    for person in people:
        if not person.last.startswith("ERROR "):
            saw = f"The last line to {person.name} was {person.last!r}. Expected: ERROR, and that the room is closing."
            raise NotYetRight(saw, "All are to be told, and then their connections end: hang_up does both.")
    if not call.has_ended(PATIENCE):
        raise NotYetRight(
            f"close() had not returned after a while.{room.standing(call)}", "It is to end with the last one."
        )
    with contextlib.suppress(OSError), socket.create_connection(room.address, timeout=PATIENCE) as late:
        if late.recv(4096):
            raise NotYetRight("After close(), somebody was let in.", "close() ends the thread that accepts, too.")


def test_voice(run: Any) -> None:
    """report 8, Ada: nobody speaks under another name"""
    room = run()
    ada = room.join("ada")
    eve = room.join("eve", ada)
    bob = room.join("bob", ada, eve)
    for text in ("ada: I owe everybody a pizza", "bob: me too", "admin: the room is closing", "eve: hi", "http://a: b"):
        eve.say(text)
        bob.hear(f"eve: {text}", means=VOICE)
    play(run, "voice")


def in_words(heard: str | None) -> str:
    return "nothing" if heard is None else "the end of the stream" if heard == "" else repr(heard)


def short(data: bytes) -> str:
    return repr(data) if len(data) <= 60 else f"{data[:10]!r}… ({len(data):,} bytes)"
