"""The checks of ex12: a connection of the learner's, and another side that ends, resets it, never reads, still talks,
or says nothing at all.

What a check waits for is an event, never a time, but for where the other side's silence is what is checked.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.counted_stream import CountedStream
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.small_sends import connect_pair
from chatlab.grading.for_checks.threads import Call, OwnThreads, patiently, waits_in
from chatlab.tcp.weather.connection import RESET_AT_CLOSE

LIMIT = 1.5  # seconds for what has to be done within one second
SHORT = 0.1  # seconds of patience that a check gives to leave
FOR_A_TALKER = 0.4  # the same, while pieces come: one may take long on a busy machine
LONG = 30.0
SILENCE = 0.65  # seconds that the other side is silent: longer than leave waits if nobody says for how long
ENDED, RESET = "ended", "reset"

RECEIVES = "The thread calls recv again and again, and hands what it gives to on_data, until recv gives b''."
NOT_TOLD = 'recv gives b"" when the other side has said all: that is the end of the loop, and news for on_end.'
BUSY = 'After the end, recv gives b"" at once, again and again: leave the loop at the first one.'
ONCE = "There is one end: whatever calls on_end leaves the loop, and nothing calls it a second time."
NO_DATA = 'recv gives b"" for the end of the stream. That is no data: on_data has nothing to do with it.'
RESET_IS_AN_END = "recv raises ConnectionResetError when the other side has reset the connection: tell on_end RESET."
BREAKS_OFF = (
    "To leave is polite: only say that no more will be sent, sock.shutdown(socket.SHUT_WR), and go on receiving."
)
OWN_END = (
    "Your own shutdown or close makes recv give b'' (or raise an OSError), too. Set a flag before you do it, and call "
    "on_end only if it is not set."
)
NOT_WOKEN = (
    "The thread waits in recv. On Linux close() does not wake it, shutdown(socket.SHUT_RDWR) does; on Windows it is "
    "the other way about."
)
NOT_JOINED = "After it has woken the thread, close has to wait for its end: thread.join()."
JOINS_ITSELF = (
    "The thread that calls close is the one that receives, and a thread can't wait for its own end: join it only if it "
    "is not threading.current_thread()."
)
STAYS_OPEN = (
    "That the other side says no more does not keep us from talking: the socket stays open until leave or close."
)
IS_CLOSED = "Nothing is to be shut down there any more, and shutdown then raises an OSError: catch it, and go on."
NOT_STARTED = "A thread that was never started can't be joined: ask thread.is_alive() first."
WAITS_FOR_LEAVE = "close has to end at once also while leave waits: hold no lock while you wait."
NO_MORE = "After close() nothing more is handed over, whatever has come: look at a flag after each receive."
GOES_ON_TALKING = (
    "The other side goes on talking, so no time-out of recv or of a single wait ends it: patience is for all of it "
    "together, as in thread.join(patience)."
)
TOO_IMPATIENT = (
    "Until the other side ends, leave waits, for `patience` seconds: shut down only your own direction, SHUT_WR, and "
    "then thread.join(patience)."
)
TOLD_WHILE_LEAVING = "As long as leave waits, the other side's end is news: on_end is told of it, as always."
NO_LONGER = "leave waits for `patience` seconds at most, whatever the other side does: thread.join(patience)."
IN_WORDS = "To say goodbye, leave sends no text of its own: sock.shutdown(socket.SHUT_WR) is what recv gives b'' for."
THEN_CLOSES = "leave ends with close, whether the other side has ended or not."


class Known:
    """What is known of the learner's code by now. `hangs`: what did not return, or left a thread behind."""

    hangs = ""


class Run:
    """A Connection of the learner's, and the other side of it."""

    def __init__(
        self, attempt: Any, learner: Any, known: Known, prepare: Callable[[Run], object] = lambda run: None
    ) -> None:
        self._attempt = attempt
        self._known = known
        self._steps: list[str] = []
        self.sock, self.peer = connect_pair(CountedStream)
        self.peer.settimeout(LIMIT)
        self.threads = OwnThreads()
        self.heard = b""
        self.ends: list[str] = []
        self.heard_at_end = b""
        self.when_data: Callable[[], object] = lambda: None
        self.when_end: Callable[[], object] = lambda: None
        self._changed = threading.Condition()
        prepare(self)
        self._did("Made a Connection")
        self.connection = learner.Connection(self.sock, self._on_data, self._on_end)

    def _on_data(self, data: Any) -> None:
        if not isinstance(data, bytes | bytearray | memoryview):
            raise NotYetRight(f"on_data was called with {data!r}. Expected: bytes.", "Hand over what recv has given.")
        if not data:
            raise NotYetRight("on_data was called with b''.", NO_DATA)
        self._attempt.crossed("other side", "on_data", bytes(data))
        self._note(bytes(data), None, self.when_data)

    def _on_end(self, end: Any) -> None:
        self._note(b"", end, self.when_end)

    def _note(self, data: bytes, end: Any, then: Callable[[], object]) -> None:
        with self._changed:
            self.heard += data
            if end is not None:
                self.ends.append(end)
                self.heard_at_end = self.heard
            self._changed.notify_all()
        then()

    def _did(self, step: str) -> None:
        self._steps.append(step)
        self._attempt.did(f"{', then '.join(self._steps)}.")

    def _wait_until(self, predicate: Callable[[], bool], seconds: float = LIMIT) -> bool:
        def wait(piece: float) -> bool:
            with self._changed:
                return self._changed.wait_for(predicate, piece)

        return bool(patiently(wait, seconds))

    # What the connection is asked to do

    def start(self) -> None:
        self._did("called start()")
        self.sock.not_in = threading.current_thread()
        expect_plain(self.connection.start(), "start")
        self.sock.not_in = None

    def say(self, data: bytes) -> None:
        """By the learner's own socket."""
        self._did(f"sent {data!r} by sock")
        try:
            self.sock.sendall(data)
        except OSError as error:
            saw = f"sock.sendall({data!r}) raised {type(error).__name__}: {error}."
            raise NotYetRight(saw, STAYS_OPEN) from None
        self._attempt.crossed("sock", "other side", data)

    def begin_leave(self, *patience: float) -> Call:
        self._did(f"called leave({', '.join(f'{seconds:g}' for seconds in patience)})")
        return self.threads.call(lambda: expect_plain(self.connection.leave(*patience), "leave"))

    def begin_close(self) -> Call:
        self._did("called close()")
        return self.threads.call(lambda: expect_plain(self.connection.close(), "close"))

    def close_in_callback(self) -> None:
        """To be called by a callback."""
        try:
            expect_plain(self.connection.close(), "close")
        except RuntimeError as error:
            raise NotYetRight(f"close(), called in a callback, raised {error}.", JOINS_ITSELF) from None

    # What the other side does

    def peer_says(self, *pieces: bytes) -> None:
        self._did(f"the other side sent {', '.join(map(repr, pieces))}")
        for piece in pieces:
            self.peer.sendall(piece)

    def peer_ends(self) -> None:
        self._did("the other side ended: it sends no more")
        with contextlib.suppress(OSError):
            self.peer.shutdown(socket.SHUT_WR)

    def peer_resets(self) -> None:
        self._did("the other side reset the connection")
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.peer.close()

    def peer_reads_to_the_end(self, expected: bytes, means: str) -> None:
        """What was said to it, then b''."""
        got, end = b"", "b''"
        try:
            while piece := self.peer.recv(65_536):
                got += piece
        except TimeoutError:
            end = "nothing more"
        except OSError as error:
            end = type(error).__name__
        if got != expected or end != "b''":
            means = IN_WORDS if len(got) > len(expected) else means
            what = repr(got) if len(got) < 60 else f"{len(got):,} bytes"
            wanted = repr(expected) if len(expected) < 60 else f"all {len(expected):,} bytes"
            raise NotYetRight(f"The other side read {what}, then {end}. Expected: {wanted}, then b''.", means)

    def peer_learns_of_the_end(self) -> None:
        with contextlib.suppress(ConnectionError):
            try:
                self.peer.recv(1)
            except TimeoutError:
                saw = f"{LIMIT} s after close() had returned, the other side knew nothing of it."
                raise NotYetRight(
                    saw, "Somebody still has the connection: a thread, or another socket for it."
                ) from None

    # What is expected

    def expect_data(self, expected: bytes, means: str = RECEIVES) -> None:
        self._wait_until(lambda: len(self.heard) >= len(expected) or bool(self.ends))
        if self.heard != expected:
            saw = f"on_data got {self.heard!r} together. Expected: {expected!r}."
            if not self.heard and not self.threads.left and not self.sock.receives:
                means = "Nobody receives at sock: start() starts a thread whose function calls self.sock.recv(…)."
            elif self.ends:
                saw = f"{saw} on_end was told {self.ends[0]!r} already."
            raise NotYetRight(saw, means)

    def expect_end(self, end: str, means: str) -> None:
        self._wait_until(lambda: bool(self.ends))
        if not self.ends:
            raise NotYetRight(f"on_end was not called. Expected: on_end({end!r}), within a second.", means)
        if self.ends[0] != end:
            raise NotYetRight(f"on_end was told {self.ends[0]!r}. Expected: {end!r}.", means)
        if self.heard_at_end != self.heard:
            raise NotYetRight("on_end was called before all data had come to on_data.", "First all data, then the end.")
        self.expect_told_once()

    def wait_for_the_threads(self, seconds: float) -> None:
        """Until the learner's have ended; some do not."""
        patiently(lambda piece: not self.threads.left or threading.Event().wait(piece), seconds)

    def expect_told_once(self) -> None:
        if len(self.ends) > 1:
            raise NotYetRight(f"on_end was called {len(self.ends)} times: {self.ends}. Expected: once.", ONCE)

    def expect_rest(self) -> None:
        expect_rest(lambda: self.sock.receives + len(self.ends), "recv or on_end was called")

    def expect_no_news(self) -> None:
        if self.ends:
            saw = f"on_end was told {self.ends[0]!r}, although the other side had not ended: we had."
            raise NotYetRight(saw, OWN_END)

    def expect_over(self, call: Call, name: str, means: str) -> None:
        """`call`, of leave or close, returns; then nothing is left."""
        call.wait(LIMIT)
        error = call.error
        if isinstance(error, OSError | RuntimeError) and not isinstance(error, NotImplementedError):
            cause = NOT_STARTED if "before it is started" in str(error) else IS_CLOSED
            saw = f"{name} raised {type(error).__name__}: {error}."
            raise NotYetRight(saw, cause).with_traceback(error.__traceback__)
        self._known.hangs = name if self.threads.left or not call.has_ended() else ""
        if not call.has_ended():
            joins = waits_in(call.thread, "threading", "join") and self.sock.was_closed
            saw = f"{name} had not returned after {LIMIT} s."
            raise NotYetRight(saw, NOT_WOKEN if joins else means)
        if self.threads.left:
            saw = f"{name} has returned, and {len(self.threads.left)} thread is still running."
            self.threads.left[0].join(LIMIT / 3)
            raise NotYetRight(saw, NOT_WOKEN if self.threads.left else NOT_JOINED)
        if not self.sock.was_closed:
            raise NotYetRight(f"{name} has returned, and sock is open.", f"{THEN_CLOSES} close closes sock.")

    def expect_all_gone_after_callback(self, name: str) -> None:
        """close was called in `name`."""
        if not self._wait_until(lambda: not self.threads.left):
            self._known.hangs = "close()"
            stuck = [thread for thread in self.threads.left if waits_in(thread, "threading", "join")]
            saw = f"After close() in {name}, a thread was still running."
            raise NotYetRight(saw, JOINS_ITSELF if stuck else "After close() the thread leaves its loop.")
        if not self.sock.was_closed:
            raise NotYetRight(f"After close() in {name}, sock is open.", "close closes sock, whoever calls it.")

    def take_back(self) -> None:
        """End all that waits at the connection."""
        with contextlib.suppress(OSError):
            self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.peer.close()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


@pytest.fixture(scope="module")
def known() -> Known:
    return Known()


@pytest.fixture
def run(learner: Any, attempt: Any, known: Known) -> Iterator[Callable[..., Run]]:
    if known.hangs:
        pytest.skip(f"waits for the check that has found that {known.hangs} does not end all")
    attempt.leaves_running()  # what is left is told by the checks of close
    runs: list[Run] = []

    def run(*prepare: Callable[[Run], object]) -> Run:
        runs.append(Run(attempt, learner, known, *prepare))
        return runs[-1]

    yield run
    for each in runs:
        each.take_back()


def test_hands_over_what_comes(run: Any) -> None:
    """hands over what comes, from a thread of its own"""
    it = run()
    it.start()
    it.peer_says(b"Hello!\n")
    it.expect_data(b"Hello!\n")
    it.peer_says(b"How are", b" you?\n")
    it.expect_data(b"Hello!\nHow are you?\n")
    it.expect_rest()
    it.peer_says(b"Still here?\n")
    it.expect_data(b"Hello!\nHow are you?\nStill here?\n", "That nothing came for a while is no end: receive again.")


def test_the_other_side_ends(run: Any) -> None:
    """tells once that the other side has ended, and rests"""
    it = run()
    it.start()
    it.peer_says(b"Bye!\n")
    it.peer_ends()
    it.expect_end(ENDED, NOT_TOLD)
    it.expect_data(b"Bye!\n", "on_data gets what came before the end, too.")
    try:
        it.expect_rest()
    except NotYetRight as restless:
        raise NotYetRight(restless.saw.replace("While nothing arrived", "After the end"), BUSY) from None
    it.expect_told_once()


def test_closes(run: Any) -> None:
    """closes within a second while nothing comes"""
    it = run()
    it.start()
    it.peer_says(b"Hello!\n")
    it.expect_data(b"Hello!\n")
    it.sock.wait_for_receives(2, LIMIT / 3)
    it.expect_over(it.begin_close(), "close()", NOT_WOKEN)
    it.expect_no_news()
    it.peer_learns_of_the_end()


def test_a_reset(run: Any) -> None:
    """tells a reset from an end"""
    it = run()
    it.start()
    it.peer_says(b"Hello!\n")
    it.expect_data(b"Hello!\n")
    it.sock.wait_for_receives(2, LIMIT / 3)  # on Wine, a reset that is there before recv is taken for an end
    it.peer_resets()
    it.expect_end(RESET, RESET_IS_AN_END)
    it.expect_over(it.begin_close(), "close()", NOT_WOKEN)
    it.expect_told_once()


def test_closes_while_data_comes(run: Any) -> None:
    """closes within a second while the other side talks and talks"""
    it = run()
    it.when_data = lambda: one_more(it)
    it.start()
    it.peer_says(b"And")
    it.expect_over(it.begin_close(), "close()", "There is always something to receive: look at a flag in every round.")


def test_closes_in_on_data(run: Any) -> None:
    """closes when on_data asks for it, and hands over nothing more"""
    it = run()

    def close() -> None:
        it.peer.sendall(b"too late")
        it.close_in_callback()

    it.when_data = close
    it.start()
    it.peer_says(b"!q")
    it.expect_data(b"!q", NO_MORE)
    it.expect_all_gone_after_callback("on_data")
    it.expect_data(b"!q", NO_MORE)
    it.expect_no_news()


def test_closes_in_on_end(run: Any) -> None:
    """closes when on_end asks for it"""
    it = run()
    it.when_end = it.close_in_callback
    it.start()
    it.peer_ends()
    it.expect_end(ENDED, NOT_TOLD)
    it.expect_all_gone_after_callback("on_end")
    it.expect_told_once()


def test_the_other_side_still_listens(run: Any) -> None:
    """leaves the socket open when the other side has ended"""
    it = run()
    it.start()
    it.peer_ends()
    it.expect_end(ENDED, NOT_TOLD)
    it.sock.wait_for_receives(1, LIMIT / 3)
    it.wait_for_the_threads(SILENCE)  # they may have something to do behind on_end
    it.say(b"One more word\n")
    call = it.begin_leave(LONG)
    it.expect_over(call, "leave(30)", "The other side has ended already: there is nothing to wait for.")
    it.peer_reads_to_the_end(b"One more word\n", STAYS_OPEN)


def test_leaves(run: Any) -> None:
    """leaves: what was said arrives, and what is still said is handed over"""
    it = run()
    it.start()
    it.say(b"So long!\n")
    call = it.begin_leave(LONG)
    it.peer_reads_to_the_end(b"So long!\n", BREAKS_OFF)
    threading.Event().wait(SILENCE)
    if call.has_ended():
        raise NotYetRight("leave(30) had returned, and the other side had not ended.", TOO_IMPATIENT)
    it.peer_says(b"Wait!\n")
    it.expect_data(b"Wait!\n", BREAKS_OFF)
    it.peer_says(b"Your hat!\n")
    it.expect_data(b"Wait!\nYour hat!\n", BREAKS_OFF)
    it.peer_ends()
    it.expect_end(ENDED, TOLD_WHILE_LEAVING)
    it.expect_over(call, "leave(30)", "It ends when the other side has ended: no need to wait longer.")
    it.expect_told_once()


def test_leaves_the_silent(run: Any) -> None:
    """leaves in time when the other side never answers"""
    it = run()
    it.start()
    it.say(b"So long!\n")
    it.expect_over(it.begin_leave(SHORT), "leave(0.1)", NO_LONGER)
    it.expect_no_news()
    it.peer_reads_to_the_end(b"So long!\n", BREAKS_OFF)


def test_leaves_one_who_never_reads(run: Any) -> None:
    """leaves in time when the other side never reads, and loses nothing of what was sent"""
    sent = bytearray()
    it = run(lambda run: sent.extend(fill(run)))
    it.start()
    it.expect_over(it.begin_leave(SHORT), "leave(0.1)", "To say goodbye must not wait until all was read.")
    it.peer_reads_to_the_end(bytes(sent), f"What send has taken was on its way. {BREAKS_OFF}")


def test_leaves_one_who_never_stops(run: Any) -> None:
    """leaves in time when the other side never stops talking"""
    it = run()
    it.when_data = lambda: one_more(it)
    it.start()
    it.peer_says(b"And")
    it.expect_over(it.begin_leave(FOR_A_TALKER), "leave(0.4)", GOES_ON_TALKING)


def test_closes_while_it_leaves(run: Any) -> None:
    """closes while leave waits"""
    it = run()
    it.start()
    leaving = it.begin_leave(LONG)
    it.peer_reads_to_the_end(b"", BREAKS_OFF)
    it.expect_over(it.begin_close(), "close()", WAITS_FOR_LEAVE)
    it.expect_over(leaving, "leave(30)", "A close ends the wait of leave, too.")
    it.expect_no_news()


def test_closes_twice(run: Any) -> None:
    """closes and leaves what is closed, was reset, or was never started"""
    it = run()
    it.start()
    it.expect_over(it.begin_close(), "close()", NOT_WOKEN)
    it.expect_over(it.begin_close(), "close()", IS_CLOSED)
    it.expect_over(it.begin_leave(LONG), "leave(30)", IS_CLOSED)
    broken = run()
    broken.start()
    broken.sock.wait_for_receives(1, LIMIT / 3)
    broken.peer_resets()
    broken.expect_end(RESET, RESET_IS_AN_END)
    broken.expect_over(broken.begin_leave(LONG), "leave(30)", "After a reset there is nothing to wait for.")
    broken.expect_told_once()
    for begin, name in ((Run.begin_close, "close()"), (Run.begin_leave, "leave()")):
        fresh = run()
        fresh.expect_over(begin(fresh), name, NOT_STARTED)


def test_two_connections(run: Any) -> None:
    """keeps two connections apart"""
    other = run()
    other.start()
    one = run()
    shared = why_shared(one.connection, other.connection)
    one.start()
    one.peer_says(b"to one")
    one.expect_data(b"to one", shared)
    one.peer_ends()
    one.expect_end(ENDED, shared)
    one.expect_over(one.begin_close(), "close()", shared)
    other.peer_says(b"to the other")
    other.expect_data(b"to the other", shared)


def fill(run: Run) -> bytes:
    """Send until nothing more fits."""
    sent = b""
    run.sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while len(sent) < 4_000_000:
            part = b"x" * 65_536
            sent += part[: run.sock.send(part)]
    run.sock.setblocking(True)
    return sent


def one_more(run: Run) -> None:
    with contextlib.suppress(OSError):  # the connection is closed
        run.peer.sendall(b" and")
