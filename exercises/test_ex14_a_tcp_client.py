"""The checks of ex14: the check plays the room, somebody who types, and whoever is told. The room ends in the middle of
a line, resets, or does not read, whenever a check wants it; the socket gives pieces of one byte. The learner's `talk`
runs in a thread of its own, so that the check can go on when it hangs.
"""

from __future__ import annotations

import linecache
import queue
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.small_sends import SmallSends
from chatlab.grading.for_checks.threads import OwnThreads, patiently, waits_in
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.tcp.protocol import MAX_ANSWER

FILE = "ex14_a_tcp_client.py"
LIMIT = 1.5  # seconds for what has to be done within one second
LONGEST_GOODBYE = 1.15  # seconds: within one, by a clock that is looked at a little later
MOMENT = 0.1  # seconds
PATIENCE = 0.2  # seconds, where a check waits for the end of it
SMALL = 4096  # bytes: so a buffer is soon full
TOO_MUCH = 200  # lines of LONG letters: more than all buffers between two ends hold
LONG = "x" * 1000

HANDSHAKE = "First connect sock to room; then, when the line NICK has come, send build_nickname(nickname)."
NICK_FIRST = "The room asks with the line NICK; what comes before that is answered by nobody. Wait for it."
MEANWHILE = "The program waits for the next line. So that it can tell meanwhile, a thread of its own receives."
IN = "Connected to the server! tells that you are in: on_event(Joined(nickname))."
EACH_LINE = "For each line: sock.sendall(build_say(text))."
ONE_BUFFER = (
    "What came behind the welcome in the same piece was lost: one LineBuffer serves the whole connection, and all the "
    "lines that take() gives are looked at."
)
PIECES = (
    "A piece is no line, and may end inside a letter: give each piece, as bytes, to the one LineBuffer of this "
    "connection; take() gives whole lines."
)
AGAIN = "NICK and a reason: tell Refused(reason), take the next line, and send that as the nickname."
NO_NEWLINE = "A line may have a newline at its end, or none: take off that alone."
BLANKS = 'The blanks of a text belong to it: line.removesuffix("\\n") takes off the newline alone.'
ALL_OF_IT = (
    "A send takes as many bytes as there is room for, and a time-out of the socket cuts sendall short too: what was "
    "not taken is still to be sent."
)
LEAVE = "`!q` and the end of the lines end the talk: then sock.shutdown(socket.SHUT_WR), behind all that was said."
NOT_TOLD = (
    "The receiving thread goes on. On Linux, close() alone does not wake it: first sock.shutdown(socket.SHUT_RDWR), "
    "then close, then join it."
)
READ_ON = (
    "What the room says to a connection that is closed resets it, and with it your last words: after SHUT_WR, read on "
    "until the room has ended, for half a second at most."
)
NEVER_ENDS = "The room may never end its stream: wait for that no longer than half a second."
CUT_SHORT = "A line that no newline ends was cut short: it is nobody's, and the end of the stream is the room's end."
NO_ANSWER = "The room may stay silent for ever: sock.settimeout(patience) before connect, and until you are in."
WHILE_IN = "That limit is for the handshake; who is in may hear nothing for hours: sock.settimeout(None) takes it off."
SAYS_ERROR = "ERROR and a reason end the talk as well, its stream may go on: parse_answer makes a Hangup of them."
ENDS = "recv gives b'' at the end of the stream, and raises an OSError at a reset: both are the room's end."
TWICE = "Each call of talk(…) has a talk of its own: what it remembers is made inside talk, not in the file."
TOO_LONG = "build_say raises Refusal: catch it, tell Refused(str(refusal)), and go on with the next line."
NOTHING = object()  # is told no more, as talk has ended


class ClientSocket(SmallSends):
    """`piece`: how many bytes a receive gives at most."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.most = 1 << 20
        self.piece = 1 << 20
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)

    def recv(self, size: int, *flags: Any) -> bytes:
        return super().recv(min(size, self.piece), *flags)

    def recvfrom(self, size: int, *flags: Any) -> tuple[bytes, Any]:
        return super().recvfrom(min(size, self.piece), *flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        return super().recv_into(buffer, min(nbytes or len(memoryview(buffer).cast("B")), self.piece), flags)

    def dup(self) -> SmallSends:
        twin = super().dup()
        twin.piece = self.piece  # type: ignore[attr-defined]
        return twin


class Run:
    """The learner's client; its room; and what is typed and told."""

    def __init__(self, attempt: Any, nickname: str, patience: float | None) -> None:
        self.nickname = nickname
        self.sock = ClientSocket()
        self.threads = OwnThreads()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.address = self.listener.getsockname()
        self.conn = socket.socket()
        self.conn.close()  # until somebody is accepted
        self.beside: list[Run] = []  # others of this check
        self._patience = {} if patience is None else {"patience": patience}
        self._since = time.monotonic()  # the last line was typed
        self._is_in = False
        self._came = b""  # from the client, and not looked at yet
        self._attempt = attempt
        self._typed: queue.Queue[str | None] = queue.Queue()
        self._told: queue.Queue[object] = queue.Queue()

    def close(self) -> None:
        self.end_lines()
        for sock in (self.conn, self.listener, self.sock):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def start(self, learner: Any) -> None:
        given = "".join(f", patience={seconds}" for seconds in self._patience.values())
        self._attempt.did(f"Called talk(…) as {self.nickname}{given}.")
        self._talk = self.threads.call(partial(self._talk_and_tell, learner.talk))

    def accept(self) -> None:
        """The client connects."""
        self.listener.settimeout(0)
        patiently(self._connects, LIMIT)
        try:
            self.conn, who = self.listener.accept()
        except BlockingIOError:
            self._raise_what_ended_it(early=False)
            means = f"sock.connect(room) comes first. {self._where()}".rstrip()
            raise NotYetRight("Nobody connected to the room.", means) from None
        self.conn.setblocking(False)
        with suppress(OSError):  # it has ended already
            if who != self.sock.getsockname():
                raise NotYetRight(
                    "Another socket than `sock` connected.", "talk is given its socket: sock.connect(room)."
                )

    def enter(self, means: str = "") -> None:
        """The client connects, and the room lets it in."""
        self.accept()
        self.say("NICK")
        self.expect_line(self.nickname, means or HANDSHAKE)
        self.say("Connected to the server!")
        self.expect(Joined(self.nickname), means or IN)

    def say(self, *lines: str, end: str = "\n") -> None:
        """The room sends `lines`, in one go."""
        data = "".join(f"{line}{end}" for line in lines).encode()
        self._attempt.did(f"The room sent {against_itself(data)}.")
        self._attempt.crossed("room", self.nickname, data)
        self.conn.settimeout(LIMIT)
        try:
            self.conn.sendall(data)
        except OSError as error:
            self._raise_what_ended_it(early=True)
            raise NotYetRight(
                f"The connection is lost: {error}.", "It is to stay open: see where it is closed."
            ) from None

    def finish(self) -> None:
        """The room ends its stream, and still reads."""
        self._attempt.did("The room ended its stream.")
        with suppress(OSError):  # the client has closed its end, and the system says so here
            self.conn.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self._attempt.did("The room reset the connection.")
        self.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.conn.close()

    def type(self, *lines: str) -> None:
        self._since = time.monotonic()
        for line in lines:
            self._attempt.did(f"Typed {against_itself(line)}.")
            self._typed.put(line)

    def end_lines(self) -> None:
        self._since = time.monotonic()
        self._typed.put(None)

    def type_and_expect(self, line: str, text: str, means: str) -> None:
        self.type(line)
        self.expect_line(text, means)

    def expect_line(self, text: str, means: str) -> None:
        """The next line of the client is `text`."""
        line = self._next_line()
        wanted = text.encode() + b"\n"
        expected = f"Expected: {against_itself(wanted)}."
        if line is None:
            self._raise_what_ended_it(early=True, means=means)
            came = f"{self._came!r}, and no newline," if self._came else "Nothing"
            if self._came and wanted[:-1].startswith(self._came) and self._came != wanted[:-1]:
                means = ALL_OF_IT
            raise NotYetRight(f"{came} came from the client. {expected}", self._cause_of_silence(means))
        if not line.endswith(b"\n"):
            self._raise_what_ended_it(early=False)
            if line:
                raise NotYetRight(f"{line!r} came, and then the end of the stream. {expected}", f"{ALL_OF_IT} {means}")
            raise NotYetRight(f"The client ended its stream. {expected}", means)
        if line != wanted:
            raise NotYetRight(f"From the client came {against(line, wanted)}", cause_of_line(line, text) or means)

    def expect_silence(self, means: str) -> None:
        """Nothing comes from the client."""
        if patiently(self._look, MOMENT) or self._came:
            self._raise_what_ended_it(early=True, means=means)
            raise NotYetRight(f"{self._came!r} came from the client. Expected: nothing yet.", means)

    def expect(self, event: Event, means: str) -> None:
        """The next thing that is told is `event`."""
        told = self._next_told()
        if told is None or told is NOTHING:
            self._raise_what_ended_it(early=True, means=means)
            raise NotYetRight(f"Nothing was told. Expected: {brief(event)}.", means)
        if told != event:
            means = cause_of_event(told, self.nickname) or means
            raise NotYetRight(f"It told {brief(told)}. Expected: {brief(event)}.", means)
        self._is_in = self._is_in or isinstance(event, Joined)

    def expect_gone(self, means: str, reason: str | None = None) -> None:
        """The room's end is told, and nothing after it."""
        told = self._next_told()
        expected = f"Expected: Gone({reason!r})." if reason else "Expected: Gone(…), with the reason in words."
        if told is None or told is NOTHING:
            self._raise_what_ended_it(early=False)
            returned = "It returned, and told nothing" if told is NOTHING else "Nothing was told"
            raise NotYetRight(f"{returned}. {expected}", self._why_it_waits(means))
        if not isinstance(told, Gone):
            raise NotYetRight(f"It told {brief(told)}. {expected}", cause_of_event(told, self.nickname) or means)
        if not isinstance(told.reason, str) or not told.reason.strip():
            raise NotYetRight(f"It told {told!r}. {expected}", "The reason is for people: say what has happened.")
        if reason not in (None, told.reason):
            raise NotYetRight(f"It told {told!r}. {expected}", "What stands behind ERROR is the reason: as it is.")

    def expect_return(self, means: str, *, leaves: bool = False) -> None:
        """talk returns, tells nothing more, and leaves nothing behind. `leaves`: of its own will."""
        if not self._talk.wait(LIMIT):
            raise NotYetRight(f"talk(…) had not returned after {LIMIT} s.", self._why_it_waits(means))
        self._talk.has_ended()
        is_alone = all(run._talk.has_ended() for run in self.beside)
        if left := is_alone and patiently(self._has_ended_threads, MOMENT) is None and self.threads.left:
            raise NotYetRight(f"talk(…) has returned, and {len(left)} thread was still running.", NOT_TOLD)
        if not self.sock.was_closed:
            raise NotYetRight("talk(…) has returned, and `sock` is still open.", "At the end: sock.close().")
        while leaves and isinstance(self._told.queue[0], Said):
            self._told.get_nowait()  # what came meanwhile may be told, and need not be
        if (told := self._told.get_nowait()) is not NOTHING:
            raise NotYetRight(f"It told {brief(told)}. Expected: nothing more.", after_the_end(told))

    def expect_end_of_stream(self) -> None:
        line = self._next_line()
        if line is None:
            self._raise_what_ended_it(early=False)
            raise NotYetRight("The client did not end its stream.", self._why_it_waits(LEAVE))
        if line:
            self._raise_what_ended_it(early=False)
            raise NotYetRight(f"From the client came {against(line, b'')}", f"{NO_NEWLINE} {LEAVE}")

    def expect_goodbye(self, room_ends: bool = True) -> float:
        """It leaves. Returns the seconds since the last line was typed."""
        self.expect_end_of_stream()
        if room_ends:
            self.finish()
        self.expect_return(NOT_TOLD if room_ends else NEVER_ENDS, leaves=True)
        return time.monotonic() - self._since

    def expect_to_be_read(self) -> None:
        """The client has ended its stream, and reads on."""
        threading.Event().wait(MOMENT)  # it may be about to close
        self.say("bob: Bye, ada!")
        threading.Event().wait(MOMENT / 2)
        try:  # the second one fails when the first was answered by a reset
            self.conn.sendall(b"bob: Take care.\n")
        except OSError as error:
            raise NotYetRight(f"The client's end of the connection is closed: {error}.", READ_ON) from None

    def expect_to_rest(self, means: str = "") -> None:
        expect_rest(lambda: 0)
        self._raise_what_ended_it(early=True)

    def fill(self) -> None:
        """The room does not read, and the client has more to say than all buffers hold."""
        self._attempt.did(f"Typed {TOO_MUCH} long lines, while the room read nothing.")
        for number in range(TOO_MUCH):
            self._typed.put(f"{number} {LONG}\n")
        patiently(lambda _: self._is_full(), LIMIT)

    def _is_full(self) -> bool:
        """Whether the client's socket takes no more now."""
        before = len(self.sock.sends)
        threading.Event().wait(MOMENT / 2)
        return bool(before) and before == len(self.sock.sends)

    def expect_all_that_waited(self) -> None:
        for number in range(TOO_MUCH):
            self.expect_line(f"{number} {LONG}", ALL_OF_IT)

    def _talk_and_tell(self, talk: Callable[..., None]) -> None:
        try:
            given = (self.sock, self.nickname, self.address, self._lines(), self._told.put)
            expect_plain(talk(*given, **self._patience), "talk")
        finally:
            self._told.put(NOTHING)

    def _lines(self) -> Iterator[str]:
        while (line := self._typed.get()) is not None:
            yield line

    def _has_ended_threads(self, seconds: float) -> bool:
        if left := self.threads.left:
            left[0].join(seconds)
        return not self.threads.left

    def _connects(self, seconds: float) -> bool:
        return bool(select.select([self.listener], [], [], seconds)[0]) or self._talk.has_ended()

    def _next_told(self) -> object | None:
        return patiently(self._take_told, LIMIT)

    def _take_told(self, seconds: float) -> object | None:
        with suppress(queue.Empty):
            return self._told.get(timeout=seconds)
        return None

    def _next_line(self) -> bytes | None:
        """With its newline; what there is at the end of the stream; None if no line comes in time."""
        ended = False
        while b"\n" not in self._came and not ended:
            before = len(self._came)
            if not patiently(self._look, LIMIT):
                return None
            ended = len(self._came) == before
        line, newline, rest = self._came.partition(b"\n")
        self._came = rest
        if line or newline:
            self._attempt.crossed(self.nickname, "room", line + newline)
        return line + newline

    def _look(self, seconds: float) -> bool:
        """Whether bytes of the client, or its end, have come."""
        if not select.select([self.conn], [], [], seconds)[0]:
            return False
        try:
            self._came += self.conn.recv(65_536)
        except OSError as error:
            self._raise_what_ended_it(early=False)
            means = f"{LEAVE} Who closes a socket with bytes unread resets the connection: read on until the room ends."
            raise NotYetRight(f"The client reset the connection: {error}.", means) from None
        return True

    def _raise_what_ended_it(self, *, early: bool, means: str = "") -> None:
        """Raise the error that ended talk, if one did. `early`: it ought not to have ended at all."""
        if self._talk.has_ended(LIMIT / 10) and early:
            until = f"It goes on until `!q`, the end of the lines, or of the room. {means}".rstrip()
            raise NotYetRight("talk(…) has returned.", until)

    def _where(self) -> str:
        """Where in the learner's file it is; '' if nowhere."""
        frame = sys._current_frames().get(self._talk.thread.ident or 0)
        while frame and Path(frame.f_code.co_filename).name != FILE:
            frame = frame.f_back
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip() if frame else ""
        return f"talk(…) is at: {line}" if line else ""

    def _waits_for_a_line(self) -> bool:
        return self._typed.empty() and waits_in(self._talk.thread, __name__, "_lines")

    def _why_it_waits(self, means: str) -> str:
        if self._waits_for_a_line():
            return f"It waits for another line, which may never come. {means}"
        return f"{means} {self._where()}".rstrip()

    def _cause_of_silence(self, means: str) -> str:
        if self._came and means != ALL_OF_IT:
            return 'A newline, "\\n", ends the line: build_nickname and build_say put it there.'
        if self._waits_for_a_line():
            return f"It waits for the next line. {means}"
        if self._is_in and waits_in(self._talk.thread, __name__, "recv"):
            means = f"talk(…) itself waits for the room. {MEANWHILE}"
        return f"{means} {self._where()}".rstrip()


@pytest.fixture
def run(learner: Any, attempt: Any) -> Iterator[Callable[..., Run]]:
    attempt.leaves_running()  # what a check does not end, ends with the connection
    runs: list[Run] = []
    with ExitStack() as stack:

        def run(nickname: str = "ada", patience: float | None = None, address: Any = None) -> Run:
            run = Run(attempt, nickname, patience)
            stack.callback(run.close)
            run.address = address or run.address
            run.beside = runs
            runs.append(run)
            run.start(learner)
            return run

        yield run


def test_connects_and_talks(run: Any) -> None:
    """connects, shakes hands, says a line, and tells what the room says"""
    ada = run()
    ada.accept()
    ada.expect_silence(NICK_FIRST)
    ada.say("NICK")
    ada.expect_line("ada", HANDSHAKE)
    ada.say("Connected to the server!")
    ada.expect(Joined("ada"), IN)
    for text in ("Hello!", "How are you?", "How are you?", "And you?"):
        ada.type_and_expect(f"{text}\n", text, EACH_LINE)
    ada.say("bob: Hi!")
    ada.expect(Said("bob", "Hi!"), MEANWHILE)


def test_tells_while_no_line_comes(run: Any) -> None:
    """tells what the room says while no line comes, also after a silence, and rests meanwhile"""
    ada = run(patience=PATIENCE)
    ada.enter()
    for line, event in (
        ("bob joined the chat", Joined("bob")),
        ("bob: Are you there?", Said("bob", "Are you there?")),
        ("bob: Are you there?", Said("bob", "Are you there?")),
        ("bob left the chat!", Left("bob")),
    ):
        ada.say(line)
        ada.expect(event, MEANWHILE)
    ada.expect_to_rest()  # for longer than PATIENCE
    ada.say("eve: Hi!")
    ada.expect(Said("eve", "Hi!"), WHILE_IN)
    ada.type_and_expect("Yes!\n", "Yes!", "The loop over the lines goes on meanwhile.")


def test_leaves(run: Any) -> None:
    """leaves at !q: ends its stream, ends its thread, closes the socket, and returns"""
    for _ in range(2):  # a machine that stood still for a second is no fault of the client's
        ada = run()
        ada.enter()
        ada.say("bob: Hi!")
        ada.expect(Said("bob", "Hi!"), MEANWHILE)
        ada.type("Bye!\n", "!q\n")
        ada.expect_line("Bye!", EACH_LINE)
        ada.expect_end_of_stream()
        ada.expect_to_be_read()
        if (seconds := ada.expect_goodbye()) < LONGEST_GOODBYE:
            return
    raise NotYetRight(
        f"It had left {seconds:.1f} s after the line `!q`. Expected: within a second.",
        "Something waits at the end although there is something to do: a sleep, or a long time-out.",
    )


def test_pieces(run: Any) -> None:
    """reads the room's lines from pieces of one byte, and several lines from one piece"""
    ada = run()
    ada.sock.piece = 1
    ada.enter(PIECES)
    ada.say("bob: Olé 🐍 你好")
    ada.expect(Said("bob", "Olé 🐍 你好"), PIECES)
    ada.say("bob: half", end="")
    ada.say(" and half")
    ada.expect(Said("bob", "half and half"), PIECES)
    tom = run(nickname="tom")
    tom.accept()
    tom.say("NICK")
    tom.expect_line("tom", HANDSHAKE)
    tom.say("Connected to the server!", "bob joined the chat", "bob: one", "bob: two", "bob: thr", end="\r\n")
    for event in (Joined("tom"), Joined("bob"), Said("bob", "one"), Said("bob", "two"), Said("bob", "thr")):
        tom.expect(event, ONE_BUFFER)


def test_talks_twice(run: Any) -> None:
    """talks again, and beside another, as if for the first time"""
    first = run()
    first.enter()
    other = run(nickname="tom")
    other.accept()
    first.say("bob: half of", end="")
    threading.Event().wait(MOMENT)
    other.say("NICK")
    other.expect_line("tom", TWICE)
    first.say(" it")
    first.expect(Said("bob", "half of it"), TWICE)
    other.say("Connected to the server!")
    other.expect(Joined("tom"), TWICE)
    first.type("!q\n")
    first.expect_goodbye()
    other.say("bob: to tom")
    other.expect(Said("bob", "to tom"), TWICE)
    other.type_and_expect("Bye!\n", "Bye!", TWICE)
    third = run()
    third.enter()


def test_a_refused_nickname(run: Any) -> None:
    """takes the next line for a nickname when one is refused, as often as it takes"""
    ada = run()
    ada.accept()
    ada.say("NICK")
    ada.expect_line("ada", HANDSHAKE)
    ada.say("NICK that nickname is taken")
    ada.expect(Refused("that nickname is taken"), AGAIN)
    ada.expect_silence("It is refused: to send the same nickname again helps nobody. Wait for the next line.")
    ada.type_and_expect("two words\n", "two words", AGAIN)
    ada.say("NICK a nickname has no spaces")
    ada.expect(Refused("a nickname has no spaces"), AGAIN)
    ada.type_and_expect("ada_2", "ada_2", AGAIN)
    ada.say("Connected to the server!")
    ada.expect(Joined("ada_2"), "The nickname that got in is the one that was typed last.")
    ada.type_and_expect("Hello!\n", "Hello!", "From the welcome on, a line is a message.")
    for last in ("!q\n", None):
        bob = run(nickname="bob")
        bob.accept()
        bob.say("NICK")
        bob.expect_line("bob", HANDSHAKE)
        bob.say("NICK the room is closed to bobs")
        bob.expect(Refused("the room is closed to bobs"), AGAIN)
        bob.type(last) if last else bob.end_lines()
        bob.expect_goodbye()


def test_says_every_text(run: Any) -> None:
    """says each text as it was typed, with or without a newline, and tells which one is too long"""
    ada = run()
    ada.enter()
    ada.type_and_expect("no newline", "no newline", NO_NEWLINE)
    ada.type_and_expect("  two blanks on each side  \n", "  two blanks on each side  ", BLANKS)
    for text in ("é and 🐍", "x" * 1023):
        ada.type_and_expect(f"{text}\n", text, "A text goes as it is, whatever its letters, however long.")
    for text in ("!q now", " !q", "She typed !q and left", "!Q"):
        ada.type_and_expect(f"{text}\n", text, "Only the line `!q` itself ends it: compare the whole line.")
    for text in ("NICK", "ERROR", "ada: me", "Connected to the server!"):
        ada.type_and_expect(f"{text}\n", text, "A text that looks like a line of the room's is a text.")
    ada.type("x" * 1024 + "\n")
    told = ada._next_told()
    if not isinstance(told, Refused):
        ada._raise_what_ended_it(early=True)
        saw = "Nothing was told" if told is None or told is NOTHING else f"It told {brief(told)}"
        raise NotYetRight(f"{saw}. Expected: Refused(…).", TOO_LONG)
    ada.type_and_expect("a short one\n", "a short one", TOO_LONG)
    ada.sock.most = 3
    ada.type_and_expect("Grüße in kleinen Stücken\n", "Grüße in kleinen Stücken", ALL_OF_IT)
    ada.say("bob: Hi!")
    ada.expect(Said("bob", "Hi!"), "The receiving thread goes on meanwhile.")


def test_leaves_at_the_end_of_the_lines(run: Any) -> None:
    """leaves when the lines end, also a room that does not end its own stream"""
    for _ in range(2):
        ada = run()
        ada.enter()
        ada.end_lines()
        if (seconds := ada.expect_goodbye(room_ends=False)) < LONGEST_GOODBYE:
            return
    raise NotYetRight(
        f"It had left {seconds:.1f} s after the last line. Expected: within a second.",
        NEVER_ENDS,
    )


def test_the_room_ends(run: Any) -> None:
    """tells the room's end once, as the last event, and returns with the next line"""
    members = {end: run() for end in ("its stream", "in a line", "ERROR", "reset")}
    for end, ada in members.items():
        ada.enter()
        ada.say("bob: Hi!")
        ada.expect(Said("bob", "Hi!"), MEANWHILE)
        match end:
            case "in a line":
                ada.say("bob: I was ab", end="")
            case "ERROR":
                ada.say("ERROR you read too slowly", "bob: nobody hears this")
        if end == "reset":
            ada.reset()
        elif end != "ERROR":
            ada.finish()
        means = {"in a line": CUT_SHORT, "ERROR": SAYS_ERROR}.get(end, ENDS)
        ada.expect_gone(means, "you read too slowly" if end == "ERROR" else None)
    threading.Event().wait(MOMENT)  # it may look whether its thread has ended
    means = "The room has ended: the next line ends the loop, and is not said."
    for end, ada in members.items():
        ada.type("Are you there?\n")
        ada.expect_return(means)
        if end != "reset" and (line := ada._next_line()):
            raise NotYetRight(f"It said {line!r} after the room's end.", means)


def test_the_room_ends_before_you_are_in(run: Any) -> None:
    """tells the room's end, and returns, when it comes before it has let you in"""
    means = f"{ENDS} In the handshake, too."
    for when in ("at once", "at NICK", "half-way"):
        for how in ("finish", "reset"):
            ada = run()
            ada.accept()
            if when != "at once":
                ada.say("NICK")
                ada.expect_line("ada", HANDSHAKE)
            if when == "half-way":
                ada.say("Connected to the ser", end="")
            getattr(ada, how)()
            ada.expect_gone(means)
            ada.expect_return(means)
    full = run()
    full.accept()
    full.say("ERROR the room is full")
    full.expect_gone("A room that is full says ERROR and why, in place of NICK.", "the room is full")
    full.expect_return(means)


def test_nobody_listens(run: Any) -> None:
    """tells that nobody listens there"""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = nobody.getsockname()
    ada = run(patience=PATIENCE, address=address)
    ada.expect_gone("sock.connect raises an OSError, such as ConnectionRefusedError: tell Gone(…), and return.")
    ada.expect_return("Then it returns.")


def test_nobody_answers(run: Any, attempt: Any) -> None:
    """gives up when an answer takes longer than its patience: at connect, before NICK, and after the nickname"""
    silent = run(patience=PATIENCE)
    silent.accept()
    slow = run(patience=PATIENCE)
    slow.accept()
    slow.say("NICK")
    slow.expect_line("ada", HANDSHAKE)
    attempt.did("The room said nothing any more.")
    for ada in (silent, slow):
        ada.expect_gone(NO_ANSWER)
        ada.expect_return(NO_ANSWER)
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.socket())
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):  # these wait to be accepted, so that the system lets nobody else in
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        ada = run(patience=PATIENCE, address=deaf.getsockname())
        attempt.did(f"Called talk(…) with patience={PATIENCE}, and nothing answered its connect.")
        ada.expect_gone("connect itself may take two minutes: sock.settimeout(patience) comes before it.")
        ada.expect_return(NO_ANSWER)


def test_a_room_that_does_not_read(run: Any) -> None:
    """tells what the room says while a message waits to be sent, and sends all of it when the room reads on"""
    ada = run()
    ada.enter()
    ada.fill()
    for text in ("Why so quiet?", "Hello?"):
        ada.say(f"bob: {text}")
        ada.expect(
            Said("bob", text), "A message waits until the room reads; the receiving thread must not wait for it."
        )
    threading.Event().wait(MOMENT)
    ada.expect_all_that_waited()
    ada.fill()
    ada.reset()
    ada.expect_gone("The room has ended while a message waited: tell it once.")
    ada.end_lines()
    ada.expect_return("At a reset, sendall raises an OSError: that ends the loop over the lines.")


def test_lines_that_no_room_says(run: Any) -> None:
    """drops a line that is no event, and ends at one that is too long"""
    ada = run()
    ada.enter()
    ada.say("once upon a time", "", "NICK", "NICK again?", "Connected to the server!", "bob: Hi!")
    ada.expect(Said("bob", "Hi!"), "Once you are in, only Joined, Said and Left are told.")
    ada.say("x" * (MAX_ANSWER + 10), end="")
    ada.expect_gone("take raises LineTooLong, a ValueError: no room says such a line, and what follows makes no sense.")


def cause_of_line(line: bytes, text: str) -> str:
    """What the line itself tells; '' if nothing."""
    if line == b"\n" or line[:-1] == text[:-1].encode():
        return NO_NEWLINE
    if line.strip() == text.encode().strip() and line[:-1] != text.encode():
        return BLANKS
    if line.startswith(b"b'"):
        return "str(…) or an f-string of bytes is how Python shows them, with b'' around."
    return ""


def against_itself(data: str | bytes) -> str:
    """As Python shows it, but for the end of what is long."""
    return repr(data) if len(data) <= 60 else f"{data[:40]!r}… ({len(data):,})"


def brief(told: object) -> str:
    text = repr(told)
    return text if len(text) <= 80 else f"{text[:70]}…"


def cause_of_event(told: object, nickname: str) -> str:
    """What the kind of the thing that was told tells; '' if nothing."""
    if isinstance(told, str | bytes):
        return "on_event takes events: parse_answer(line) makes one of a line."
    if isinstance(told, type) and told in (Joined, Said, Left, Refused, Gone):
        return f"That is the class itself: an event is made by calling it, as in {told.__name__}(…)."
    if type(told).__name__ in ("Choose", "Welcome", "Hangup"):
        return "Choose, Welcome and Hangup are lines of the protocol, not events: what comes of each says the stub."
    if isinstance(told, Said) and told.nickname == nickname:
        return "What is told comes from the room's lines; the room sends nobody's words back to the speaker."
    return ""


def after_the_end(told: object) -> str:
    if isinstance(told, Gone):
        return "Gone is for the room's end, and comes once; who leaves by its own will is told nothing."
    return "The room's end is the last event; who has left is told nothing more."
