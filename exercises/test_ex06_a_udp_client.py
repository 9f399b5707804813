"""The checks of ex06: the check plays the room, somebody who types, and a socket of which it decides which ports are
taken. The learner's `talk` runs in a thread of its own, so that the check can go on when it hangs.
"""

from __future__ import annotations

import errno
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.rest import expect_rest
from chatlab.grading.for_checks.threads import OwnThreads, patiently, waits_in
from chatlab.room.text import decode
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp, parse_request, strip_claim

LIMIT = 1.5  # seconds for what has to be done within one second, or every half second
FIRST_PORT, LAST_PORT = 8000, 9000
STACK = 64 * 1024 * 1024  # bytes
MOST_TRIES = 20_000  # of 1,001 ports, one at random each time: one that is left out once in 500 million checks
MEANWHILE = "The program waits for the next line. So that it can show messages meanwhile, a thread of its own receives."
MOMENT = 0.2  # seconds
SHORT = 100  # letters: any buffer has room for them
MOST_CROSSING = 4  # datagrams that may come in between, such as a sign-up that crosses with its answer
MOST_SIGN_UPS = 30  # in one check
TRIES = 4  # after the first one; some give up after three
LEAST_GAP, MOST_GAP = 0.3, 0.9  # seconds between two sign-ups
LONGEST_GOODBYE = 1.15  # seconds: within one, by a clock that is looked at a little later
LATE = 0.25  # seconds, for the quickest of several texts
RECEIVES = "chatlab.grading.for_checks.lent_socket", "_receive"
ANY_HOST = 'The host "" is every address of this machine. From "127.0.0.1", no room on another machine can be reached.'
SHOW_ALL = "Every datagram of the room is shown, the answer to the sign-up too: show(decode(datagram))."
AGAIN = (
    "A datagram may be lost, and nobody says so: send it again every half second, until something comes from the room "
    "itself."
)
EVERY_HALF_SECOND = (
    "It is to be sent every half second: wait so long for the answer, with answered.wait(0.5), then again."
)
ANY_ANSWER = "Whatever comes first from the room is an answer; from then on, it is time for lines."
NO_NEWLINE = "A line may have a newline at its end, or none: take off that alone."
WOKEN_TOO_EARLY = (
    "talk(…) has sent a datagram to its own socket; the thread received it, and then received again: set the flag "
    "before you send, and look at it after each receive."
)
RESET = "recvfrom had raised ConnectionResetError: catch it inside the loop, and receive again."
FROM_THE_ROOM = "Anybody can send to your port: compare the sender that recvfrom gives with `room`."
BLANKS = 'The blanks of a text belong to it: line.rstrip("\\n") takes off the newline alone.'
LOOKS_LIKE_A_REQUEST = "A text that is sent as it is can look like a request (lesson 02): build_say escapes it."
TWICE = "Each call of talk(…) has a talk of its own: what it remembers is made inside talk, not in the file."
NOTHING_IN_IT = "A datagram may have no bytes in it, whoever sends it: it is one like any other, and ends nothing."
NOTHING = object()  # is shown no more, as talk has ended
LEAVE = "`!q` and the end of the lines end the loop over them; after it, send build_sign_out() to the room."
NOT_TOLD = (
    "The receiving thread goes on. Set a flag that it looks at in every round, and give recvfrom a timeout (or send it "
    "a datagram), so that it does look; then join it."
)


class ClientSocket(LentSocket):
    """`free`: the ports that are not taken, as far as the learner's code can tell."""

    def __init__(self) -> None:
        super().__init__(None)
        self.free: set[int] = set(range(FIRST_PORT, LAST_PORT + 1))
        self.tries: list[int] = []
        self._port = 0

    @property
    def real_address(self) -> Any:
        return self._bound_to if self._bound_to[1] else ("127.0.0.1", super().getsockname()[1])

    def bind(self, address: Any) -> None:
        host, port = address
        self.tries.append(port)
        if self.taken_back:
            raise SystemExit
        if host not in ("", "0.0.0.0"):
            raise NotYetRight(f"It called bind with the host {host!r}.", ANY_HOST)
        if port not in range(FIRST_PORT, LAST_PORT + 1):
            means = "A client of this room has a port from 8000 to 9000."
            raise NotYetRight(f"It asked for port {port}.", means, section="A client needs a port")
        if len(self.tries) > MOST_TRIES:
            raise NotYetRight(*self._all_in_vain())
        if self._port:
            raise OSError(errno.EINVAL, "Invalid argument")
        if port not in self.free:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        try:
            self.bind_to(port)
        except OSError:
            if len(self.free) > 1:
                raise
            self.bind_to(0)  # another program has the only one
        self._port = port

    def getsockname(self) -> Any:
        return ("127.0.0.1", self._port) if self._port else super().getsockname()

    def sendto(self, datagram: Any, *flags_and_address: Any) -> int:
        *flags, address = flags_and_address
        is_own = self._port and isinstance(address, tuple) and address[1] == self._port
        return super().sendto(datagram, *flags, self.real_address if is_own else address)

    def _all_in_vain(self) -> tuple[str, str]:
        asked, free = set(self.tries), min(self.free)
        if len(asked) == 1:
            return (
                f"It asked for port {self.tries[0]} again and again, which is taken.",
                "Each round of the loop has to choose another port: choose it inside the loop.",
            )
        means = "The first and the last port count too: random.randint(8000, 9000), or range(8000, 9001)."
        saw = f"It asked {MOST_TRIES:,} times, for {len(asked):,} different ports, but never for the free one: {free}."
        return saw, means if len(
            asked
        ) >= LAST_PORT - FIRST_PORT else "Every port from 8000 to 9000 may be the free one."


class Run:
    """The learner's client; its room; and what is typed and shown."""

    def __init__(self, attempt: Any, nickname: str) -> None:
        self.nickname = nickname
        self.sock = ClientSocket()
        self.threads = OwnThreads()
        self.room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.room.bind(("127.0.0.1", 0))
        self.asked = threading.Event()  # whether a line was asked for
        self.sign_ups: list[float] = []  # when each was sent, in seconds
        self._delays: dict[str, list[float]] = {"said": [], "shown": []}  # in seconds
        self._line = ""  # that was typed last
        self._since = time.monotonic()
        self._has_woken = False  # whether it has sent something to itself
        self._attempt = attempt
        self._typed: queue.Queue[str | None] = queue.Queue()
        self._shown: queue.Queue[object] = queue.Queue()
        self.sock.before_send = self._before_send

    def close(self) -> None:
        self.sock.take_back()
        self.end_lines()
        self.room.close()

    def start(self, learner: Any) -> None:
        self._attempt.did(f"Called talk(…) as {self.nickname}.")
        self._talk = self.threads.call(partial(self._talk_and_tell, learner.talk, self.room.getsockname()))

    def fail_receives(self, times: int) -> None:
        if times:
            self.sock.error_times = times
            self.sock.error = ConnectionResetError("somebody's port is closed")

    def sign_up(self) -> None:
        """The client signs up, and the room lets it in."""
        self.expect(SignUp(self.nickname), "First of all: sock.sendto(build_sign_up(nickname), room).")
        self.show(f"{self.nickname} joined!", SHOW_ALL)

    def say(self, *datagrams: bytes) -> None:
        """The room sends to the client."""
        self._since = time.monotonic()
        for datagram in datagrams:
            self._attempt.did(f"The room sent {datagram[:60]!r}.")
            self._attempt.crossed("room", self.nickname, datagram)
            self.room.sendto(datagram, self.sock.real_address)

    def show(self, text: str, means: str) -> None:
        """The room sends `text`, and the client shows it."""
        self.say(text.encode())
        self.expect_shown(text, means)

    def type(self, line: str) -> None:
        self._since = time.monotonic()
        self._attempt.did(f"Typed {line!r}.")
        self._line = line
        self._typed.put(line)

    def type_and_expect(self, line: str, text: str, means: str) -> None:
        self.type(line)
        self.expect(Say(text), means)
        self._delays["said"].append(time.monotonic() - self._since)

    def expect_to_ask(self) -> None:
        """The room has answered: it is time for lines."""
        if not patiently(self.asked.wait, LIMIT):
            self._raise_what_ended_it(early=True)
            raise NotYetRight(f"The room had answered, and no line was taken within {LIMIT} s.", ANY_ANSWER)

    def end_lines(self) -> None:
        self._typed.put(None)

    def expect(self, request: SignUp | SignOut | Say, means: str) -> None:
        """What comes next from the client; a sign-up may have crossed with the room's answer."""
        expected = f"Expected: {request}."
        for _ in range(MOST_CROSSING):
            datagram = self._receive(expected)
            if datagram is None:
                self._raise_what_ended_it(early=not isinstance(request, SignOut))
                raise NotYetRight(
                    f"Nothing came from the client. {expected}", self._cause_of_silence(request, means) or means
                )
            got = parse_request(datagram)
            if isinstance(got, Say):
                got = Say(strip_claim(got.text, self.nickname))
            if isinstance(got, KeepAlive) and request == Say(""):
                return
            if got == request:
                return
            is_again = isinstance(got, SignUp) and not isinstance(request, SignUp)
            if not is_again and got not in (KeepAlive(), Say("")):
                break
        else:
            self.check_pace()
            raise NotYetRight(f"It signs up again and again, though the room has answered. {expected}", ANY_ANSWER)
        self._raise_what_ended_it(early=False, seconds=LIMIT / 3)  # it may say goodbye, and then fail
        if isinstance(request, SignOut) and got == Say(self._line):
            means = f"{NO_NEWLINE} {LEAVE}"
        elif got == Say(self._line[:-1]) and not self._line.endswith("\n"):
            means = f'It cut a letter off, where no newline was. {NO_NEWLINE} line.removesuffix("\\n") does so.'
        elif datagram.endswith(b"\n"):
            means = 'The newline at the end of a line is no part of the text: line.rstrip("\\n").'
        raise NotYetRight(f"{datagram!r} came from the client. {expected}", means)

    def check_pace(self) -> None:
        number, seconds = len(self.sign_ups), self.sign_ups[-1] - self.sign_ups[0]
        if number > 2 and seconds < (number - 1) * LEAST_GAP:
            raise NotYetRight(f"{number} sign-ups came within {seconds:.2f} s.", EVERY_HALF_SECOND)

    def expect_shown(self, text: str, means: str) -> None:
        shown = patiently(self._next_shown, LIMIT)
        if not shown or shown[0] is NOTHING:
            self._raise_what_ended_it(early=True)
            raise NotYetRight(f"Nothing was shown. Expected: {text[:60]!r}.", means)
        [line] = shown
        if line != text:
            if isinstance(line, bytes) or str(line).startswith(("b'", 'b"')):
                means = "show takes a text: decode what came."
            elif isinstance(line, str) and len(line) > SHORT and text.startswith(line):
                means = "The number in recvfrom(…) was too small: the rest of the datagram is lost."
            raise NotYetRight(f"{str(line)[:60]!r} was shown. Expected: {text[:60]!r}.", means)
        self._delays["shown"].append(time.monotonic() - self._since)

    def expect_promptness(self) -> None:
        for what, delays in self._delays.items():
            if (seconds := min(delays[1:])) > LATE:  # who sleeps afterwards is not late with the first
                saw = f"Each text after the first was {what} late, the quickest by {seconds:.2f} s."
                raise NotYetRight(saw, "Something waits although there is something to do: a sleep, or a time-out.")

    def expect_end(self, means: str = NOT_TOLD, leave: str = LEAVE) -> float:
        """It leaves. Returns the seconds since the last line was typed."""
        self.expect(SignOut(), leave)
        self._talk.wait(LIMIT)
        self._check_open()
        if not self._talk.has_ended():
            raise NotYetRight(f"talk(…) had not returned after {LIMIT} s.", self._why_it_goes_on(means))
        if left := self.threads.left:
            raise NotYetRight(f"talk(…) has returned, and {len(left)} thread was still running.", means)
        return time.monotonic() - self._since

    def _why_it_goes_on(self, means: str) -> str:
        threads = self._talk.thread, *self.threads.left
        if any(waits_in(thread, __name__, "_lines") for thread in threads):
            return "It asks for another line after `!q`, which may never come: `break` ends the loop over the lines."
        if self._has_woken and means == NOT_TOLD:
            means = WOKEN_TOO_EARLY
        return means if any(waits_in(thread, *RECEIVES) for thread in threads) else "A loop goes on."

    def _cause_of_silence(self, request: SignUp | SignOut | Say, means: str) -> str:
        """What is known of why nothing came; `means` if nothing."""
        waits = waits_in(self._talk.thread, __name__, "_lines") and self._typed.empty()
        if isinstance(request, Say) and request.text and waits:
            return "It waits for the next line, and has not said this one: say each line as soon as it is there."
        if isinstance(request, SignUp) and self.sign_ups and waits:
            return f"It waits for a line by now, and the room has not answered yet. {means}"
        if isinstance(request, SignUp) and not self.sign_ups:
            if waits:
                return "It waits for a line, and has not signed up: that comes first."
            if waits_in(self._talk.thread, *RECEIVES):
                return "talk(…) itself waits in recvfrom. A thread is to do that: Thread(target=receive), then start()."
        return means

    def _next_shown(self, seconds: float) -> tuple[object] | None:
        try:
            return (self._shown.get(timeout=seconds),)
        except queue.Empty:
            return None

    def _talk_and_tell(self, talk: Callable[..., None], room: Any) -> None:
        try:
            expect_plain(talk(self.sock, self.nickname, room, self._lines(), self._shown.put), "talk")
        finally:
            self._shown.put(NOTHING)
            with suppress(OSError):  # the check is over
                self.room.sendto(b"", room)

    def _receive(self, expected: str) -> bytes | None:
        """The next datagram of the client; None if none comes in time, or talk has ended."""
        received = patiently(self._receive_within, LIMIT)
        if not received or received[1] == self.room.getsockname():
            return None
        if received[1] != self.sock.real_address:
            saw = f"{received[0][:60]!r} came from another socket than `sock`. {expected}"
            raise NotYetRight(saw, "The room knows a client by its address: all that it sends goes out of `sock`.")
        return received[0]

    def _receive_within(self, seconds: float) -> tuple[bytes, Any] | None:
        self.room.settimeout(seconds)
        try:
            return self.room.recvfrom(65_507)
        except TimeoutError:
            return None

    def _raise_what_ended_it(self, *, early: bool, seconds: float = LIMIT / 10) -> None:
        """Raise the error that ended talk, if one did. `early`: it ought not to have ended at all."""
        self._check_open()
        if self._talk.has_ended(seconds) and early:
            raise NotYetRight("talk(…) has returned.", "It goes on until the line `!q` or the end of the lines.")

    def _check_open(self) -> None:
        if self.sock.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not talk(…).")
        if self.sock.was_shut_down:
            raise NotYetRight(
                "sock.shutdown(…) was called.", "It ends the socket for everybody; it is to stay as it was."
            )

    def _lines(self) -> Iterator[str]:
        self.asked.set()
        while (line := self._typed.get()) is not None:
            yield line

    def _before_send(self, datagram: bytes, address: Any) -> None:
        if isinstance(parse_request(datagram), SignUp):
            self.sign_ups.append(time.monotonic())
            if len(self.sign_ups) > MOST_SIGN_UPS:
                self.check_pace()
        is_for_the_room = address == self.room.getsockname()
        self._has_woken |= not is_for_the_room
        self._attempt.crossed(self.nickname, "room" if is_for_the_room else self.nickname, datagram)


@pytest.fixture
def run(learner: Any, attempt: Any) -> Iterator[Callable[..., Run]]:
    attempt.leaves_running()  # what a check does not end, ends with the socket
    with ExitStack() as stack:

        def run(free: set[int] | None = None, nickname: str = "ada", error_times: int = 0) -> Run:
            run = Run(attempt, nickname)
            run.sock.free = free or run.sock.free
            run.fail_receives(error_times)
            stack.callback(run.close)
            run.start(learner)
            return run

        yield run


def test_signs_up_and_talks(run: Any) -> None:
    """signs up, says a line, and shows what the room sends"""
    ada = run()
    ada.sign_up()
    for text in ("Hello!", "How are you?", "How are you?", "And you?"):
        ada.type_and_expect(f"{text}\n", text, "For each line: sock.sendto(build_say(text, nickname), room).")
        ada.show(f"ada: {text}", SHOW_ALL)
    ada.expect_promptness()


def test_shows_while_no_line_comes(run: Any) -> None:
    """shows what the room sends while no line comes, also after a silence, and rests meanwhile"""
    ada = run()
    ada.sign_up()
    for text in ("bob joined!", "bob: Are you there?", "bob: Are you there?"):
        ada.show(text, MEANWHILE)
    sign_ups = len(ada.sign_ups)
    expect_rest(lambda: ada.sock.receives)
    ada.sock.is_hurried = True
    threading.Event().wait(MOST_GAP - MOMENT)
    ada.sock.is_hurried = False
    if len(ada.sign_ups) > sign_ups:
        raise NotYetRight(
            "The room had answered, and it went on signing up.", f"{ANY_ANSWER} Then the signing up ends."
        )
    ada.show("bob left!", "Nothing had come for a while before: a thread that has waited in vain waits again.")
    ada.type_and_expect("Yes!\n", "Yes!", "The loop over the lines goes on meanwhile.")


def test_leaves(run: Any) -> None:
    """leaves at !q: signs out, ends its thread, and returns"""
    for _ in range(2):  # a machine that stood still for a second is no fault of the client's
        ada = run()
        ada.sign_up()
        ada.type("!q\n")
        if (seconds := ada.expect_end()) < LONGEST_GOODBYE:
            return
    raise NotYetRight(
        f"It had left {seconds:.1f} s after the line `!q`. Expected: within a second.",
        "Something waits at the end although there is something to do: a sleep, or a long time-out.",
    )


def test_says_every_text(run: Any) -> None:
    """says each text as it was typed, with or without a newline"""
    ada = run()
    ada.sign_up()
    ada.type_and_expect("no newline", "no newline", NO_NEWLINE)
    ada.type_and_expect("  two blanks on each side  \n", "  two blanks on each side  ", BLANKS)
    for text in ("é and 🐍", "x" * 900):
        ada.type_and_expect(f"{text}\n", text, "A text goes as it is, whatever its letters, however long.")
    for text in ("!q now", " !q", "She typed !q and left", "!Q"):
        ada.type_and_expect(f"{text}\n", text, "Only the line `!q` itself ends it: compare the whole line.")
    for text in ("SIGNOUT_TAG: what is that?", "SIGNUP_TAG:eve", "ada: me"):
        ada.type_and_expect(f"{text}\n", text, LOOKS_LIKE_A_REQUEST)
    ada.type_and_expect("\n", "", "An empty line is not the end of the lines: it is said, too.")
    ada.type_and_expect("after an empty line\n", "after an empty line", "An empty line is not the end of the lines.")
    ada.show("bob: Hi!", "The receiving thread goes on meanwhile.")
    ada.type("!q")
    ada.expect_end(leave=f"{NO_NEWLINE} {LEAVE}")


def test_leaves_at_the_end_of_the_lines(run: Any) -> None:
    """leaves when the lines end"""
    ada = run()
    ada.sign_up()
    ada.end_lines()
    ada.expect_end()


def test_signs_up_again(run: Any) -> None:
    """signs up again every half second until the room answers, and takes no line before that"""
    bob = run(nickname="bob_2")
    bob.expect(SignUp("bob_2"), "The nickname is the one that talk(…) is given.")
    expect_rest(lambda: bob.sock.receives)
    for _ in range(TRIES):
        bob.expect(SignUp("bob_2"), AGAIN)
        if bob.asked.wait(MOMENT):
            raise NotYetRight("A line was taken before the room had answered.", "Whoever is not in can't say anything.")
        gaps = [later - earlier for earlier, later in pairwise(bob.sign_ups)]
        if len(gaps) > 1 and min(gaps) > MOST_GAP:
            raise NotYetRight(f"Between two sign-ups, {min(gaps):.2f} s passed.", EVERY_HALF_SECOND)
    bob.check_pace()
    bob.show("REFUSED_TAG:that nickname is taken", f"{SHOW_ALL} {ANY_ANSWER}")
    bob.expect_to_ask()
    bob.type_and_expect("Hello!\n", "Hello!", ANY_ANSWER)
    bob.type_and_expect("SIGNUP_TAG:eve\n", "SIGNUP_TAG:eve", f"{LOOKS_LIKE_A_REQUEST} It takes the own nickname.")


def test_an_empty_answer(run: Any) -> None:
    """takes a datagram with nothing in it for an answer, and shows it"""
    ada = run()
    ada.expect(SignUp("ada"), "It signs up when it has a port.")
    ada.say(b"")
    ada.expect_shown("", f"{NOTHING_IN_IT} {SHOW_ALL}")
    ada.expect_to_ask()


def test_talks_twice(run: Any) -> None:
    """talks again, and beside another, as if for the first time"""
    first = run()
    first.sign_up()
    other = run()
    other.expect(SignUp("ada"), TWICE)
    if other.asked.wait(MOMENT):
        raise NotYetRight("The second talk(…) took a line before its room had answered.", TWICE)
    other.show("ada joined!", TWICE)
    first.type("!q\n")
    first.expect(SignOut(), LEAVE)
    other.show("bob: Hi!", TWICE)
    other.type_and_expect("Bye!\n", "Bye!", TWICE)
    third = run()
    third.expect(SignUp("ada"), TWICE)
    third.show("ada joined!", TWICE)


@pytest.fixture
def room_for_recursion() -> Iterator[None]:
    """Who tries another port by a call of the same function goes as deep as there are tries, by a helper or two."""
    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK)
    sys.setrecursionlimit(limit + 3 * MOST_TRIES)
    yield
    threading.stack_size(size)
    sys.setrecursionlimit(limit)


def test_tries_other_ports(room_for_recursion: None, run: Any, attempt: Any) -> None:
    """tries other ports until one is free"""
    for port in (FIRST_PORT, LAST_PORT):
        ada = run({port})
        attempt.did(f"Called talk(…) while all ports but {port} are taken.")
        ada.expect(SignUp("ada"), "When bind raises OSError, the port is taken: try another, until one is free.")


def test_random_ports(run: Any, attempt: Any) -> None:
    """chooses its port by chance"""
    tries = []
    for _ in range(4):
        ada = run()
        ada.expect(SignUp("ada"), "It signs up when it has a port.")
        tries += ada.sock.tries[:1]
    attempt.did("Called talk(…) four times.")
    if not tries:
        raise NotYetRight("It never called bind.", 'sock.bind(("", port)) gives the socket its port.')
    if len(set(tries)) == 1:
        raise NotYetRight(
            f"Each time it first asked for port {tries[0]}.",
            "random.randint, choice and sample choose by chance.",
        )


def test_any_bytes(run: Any) -> None:
    """shows whatever the room sends"""
    ada = run()
    ada.sign_up()
    for datagram in (b"bob: \xff\xfe", b"eve: \x1b[2J", "bob: 🐍".encode(), b"bob: " + b"x" * 1_024):
        ada.say(datagram)
        ada.expect_shown(
            decode(datagram), "chatlab.room.text.decode reads any bytes, and takes out what could paint on a screen."
        )


def test_an_error_of_recvfrom(run: Any) -> None:
    """goes on after a ConnectionResetError from recvfrom, also before the room has answered"""
    ada = run()
    ada.sign_up()
    ada.fail_receives(2)
    ada.say(b"lost in the error", b"lost in the second error", b"bob: Hi!")
    ada.expect_shown("bob: Hi!", RESET)
    early = run(error_times=1)
    early.expect(SignUp("ada"), "It signs up when it has a port.")
    early.say(b"lost in the error")
    early.expect(SignUp("ada"), RESET)
    early.show("ada joined!", RESET)


def test_strangers(run: Any, attempt: Any) -> None:
    """drops what does not come from the room, also before the room has answered"""
    ada = run()
    ada.sign_up()
    early = run()
    early.expect(SignUp("ada"), "It signs up when it has a port.")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as eve:
        for client in (ada, early):
            attempt.did("Somebody else than the room sent b'bob: What is your password?'.")
            eve.sendto(b"bob: What is your password?", client.sock.real_address)
        attempt.crossed("eve", "ada", b"bob: What is your password?")
        ada.show("bob: Hi!", FROM_THE_ROOM)
        early.expect(SignUp("ada"), f"A stranger's datagram is no answer to the sign-up. {FROM_THE_ROOM}")
        early.show("ada joined!", FROM_THE_ROOM)
        attempt.did("Somebody else than the room sent b''.")
        attempt.crossed("eve", "ada", b"")
        eve.sendto(b"", ada.sock.real_address)
        ada.show("bob: Are you there?", f"{NOTHING_IN_IT} {FROM_THE_ROOM}")


def test_leaves_while_datagrams_keep_arriving(run: Any) -> None:
    """leaves within a second while the room keeps sending"""
    ada = run()
    ada.sign_up()
    ada.sock.after_receive = lambda: ada.room.sendto(b"bob: bla", ada.sock.real_address)
    ada.say(b"bob: bla")
    ada.expect_shown("bob: bla", MEANWHILE)
    ada.type("!q\n")
    ada.expect_end("There is always something to receive, so a timeout never comes: look at the flag in every round.")
