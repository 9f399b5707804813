"""The checks of ex06: the check plays the room, somebody who types, and a socket of which it decides which ports are
taken. The learner's `talk` runs in a thread of its own, so that the check can go on when it hangs.
"""

from __future__ import annotations

import errno
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.threads import OwnThreads, patiently, waits_in
from chatlab.room.text import decode
from chatlab.udp.protocol import Say, SignOut, SignUp, parse_request, strip_claim

LIMIT = 1.5  # seconds for what has to be done within one second, or every half second
FIRST_PORT, LAST_PORT = 8000, 9000
MOST_TRIES = 20_000  # of 1,001 ports, one at random each time: one that is left out once in 500 million checks
MEANWHILE = "The program waits for the next line. So that it can show messages meanwhile, a thread of its own receives."
NOTHING = object()  # is shown no more, as talk has ended
LEAVE = "`!q` and the end of the lines end the loop over them; after it, send build_sign_out() to the room."
NOT_TOLD = (
    "The receiving thread goes on. Set a flag that it looks at in every round, and give recvfrom a timeout (or send it "
    "a datagram), so that it does look; then join it."
)


class ClientSocket(LentSocket):
    """`free`: the ports that are not taken; they are so here alone. Where it is bound really, the system has chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.free: set[int] = set(range(FIRST_PORT, LAST_PORT + 1))
        self.tries: list[int] = []
        self.real_address = super().getsockname()
        self._port = 0

    def bind(self, address: Any) -> None:
        port = address[1]
        self.tries.append(port)
        if self.taken_back:
            raise SystemExit
        if self._port:
            raise OSError(errno.EINVAL, "Invalid argument")
        if port not in range(FIRST_PORT, LAST_PORT + 1):
            raise NotYetRight(f"It asked for port {port}.", "A client of this room has a port from 8000 to 9000.")
        if len(self.tries) > MOST_TRIES:
            raise NotYetRight(
                f"It tried {MOST_TRIES:,} times, and never the one port that is free: {min(self.free)}.",
                "The first and the last port count too: random.randint(8000, 9000), or range(8000, 9001).",
            )
        if port not in self.free:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        self._port = port

    def getsockname(self) -> Any:
        return ("127.0.0.1", self._port) if self._port else ("0.0.0.0", 0)

    def sendto(self, datagram: Any, *flags_and_address: Any) -> int:
        *flags, address = flags_and_address
        return super().sendto(datagram, *flags, self.real_address if address[1] == self._port else address)


class Run:
    """The learner's client, called ada; its room; and what is typed and shown."""

    def __init__(self, attempt: Any) -> None:
        self.sock = ClientSocket()
        self.threads = OwnThreads()
        self.room = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.room.bind(("127.0.0.1", 0))
        self.asked = threading.Event()  # whether a line was asked for
        self._attempt = attempt
        self._typed: queue.Queue[str | None] = queue.Queue()
        self._shown: queue.Queue[object] = queue.Queue()
        self.sock.before_send = self._before_send

    def close(self) -> None:
        self.sock.take_back()
        self.end_lines()
        self.room.close()

    def start(self, learner: Any) -> None:
        self._attempt.did("Called talk(…) as ada.")
        self._talk = self.threads.call(partial(self._talk_and_tell, learner.talk, self.room.getsockname()))

    def sign_up(self) -> None:
        """The client signs up, and the room lets it in."""
        self.expect(SignUp("ada"), "First of all: sock.sendto(build_sign_up(nickname), room).")
        self.say(b"ada joined!")
        self.expect_shown("ada joined!", "Every datagram of the room is shown, the answer to the sign-up too.")

    def say(self, *datagrams: bytes) -> None:
        """The room sends to the client."""
        for datagram in datagrams:
            self._attempt.did(f"The room sent {datagram[:60]!r}.")
            self._attempt.crossed("room", "ada", datagram)
            self.room.sendto(datagram, self.sock.real_address)

    def type(self, line: str) -> None:
        self._attempt.did(f"Typed {line!r}.")
        self._typed.put(line)

    def end_lines(self) -> None:
        self._typed.put(None)

    def expect(self, request: SignUp | SignOut | Say, means: str) -> None:
        """What comes next from the client; a sign-up may have crossed with the room's answer."""
        expected = f"Expected: {request}."
        while True:
            datagram = self._receive()
            if datagram is None:
                self._raise_what_ended_it(early=not isinstance(request, SignOut))
                raise NotYetRight(f"Nothing came from the client. {expected}", means)
            got = parse_request(datagram)
            if isinstance(got, Say):
                got = Say(strip_claim(got.text, "ada"))
            if got == request:
                return
            if not isinstance(got, SignUp):
                break
        self._raise_what_ended_it(early=False, seconds=LIMIT / 3)  # it may say goodbye, and then fail
        if datagram.endswith(b"\n"):
            means = 'The newline at the end of a line is no part of the text: line.rstrip("\\n").'
        raise NotYetRight(f"{datagram!r} came from the client. {expected}", means)

    def expect_shown(self, text: str, means: str) -> None:
        shown = patiently(self._next_shown, LIMIT)
        if not shown or shown[0] is NOTHING:
            self._raise_what_ended_it(early=True)
            raise NotYetRight(f"Nothing was shown. Expected: {text[:60]!r}.", means)
        [line] = shown
        if line != text:
            if isinstance(line, bytes):
                means = "show takes a text: decode what came."
            elif isinstance(line, str) and line and text.startswith(line):
                means = "The number in recvfrom(…) was too small: the rest of the datagram is lost."
            raise NotYetRight(f"{str(line)[:60]!r} was shown. Expected: {text[:60]!r}.", means)

    def _next_shown(self, seconds: float) -> tuple[object] | None:
        try:
            return (self._shown.get(timeout=seconds),)
        except queue.Empty:
            return None

    def expect_end(self, means: str = NOT_TOLD) -> None:
        self.expect(SignOut(), LEAVE)
        self._talk.wait(LIMIT)
        self._check_open()
        if not self._talk.has_ended():
            waits = any(
                waits_in(thread, "chatlab.grading.for_checks.lent_socket", "_receive") for thread in self.threads.left
            )
            raise NotYetRight(f"talk(…) had not returned after {LIMIT} s.", means if waits else "A loop goes on.")
        if left := self.threads.left:
            raise NotYetRight(f"talk(…) has returned, and {len(left)} thread was still running.", means)

    def _talk_and_tell(self, talk: Callable[..., None], room: Any) -> None:
        try:
            talk(self.sock, "ada", room, self._lines(), self._shown.put)
        finally:
            self._shown.put(NOTHING)
            with suppress(OSError):  # the check is over
                self.room.sendto(b"", room)

    def _receive(self) -> bytes | None:
        """The next datagram of the client; None if none comes in time, or talk has ended."""
        received = patiently(self._receive_within, LIMIT)
        return received[0] if received and received[1] == self.sock.real_address else None

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

    def _lines(self) -> Iterator[str]:
        self.asked.set()
        while (line := self._typed.get()) is not None:
            yield line

    def _before_send(self, datagram: bytes, address: Any) -> None:
        self._attempt.crossed("ada", "room" if address == self.room.getsockname() else "ada", datagram)


@pytest.fixture
def run(learner: Any, attempt: Any) -> Iterator[Callable[..., Run]]:
    attempt.leaves_running()  # what a check does not end, ends with the socket
    with ExitStack() as stack:

        def run(free: set[int] | None = None) -> Run:
            run = Run(attempt)
            run.sock.free = free or run.sock.free
            stack.callback(run.close)
            run.start(learner)
            return run

        yield run


def test_signs_up_and_talks(run: Any) -> None:
    """signs up, says a line, and shows what the room sends"""
    ada = run()
    ada.sign_up()
    ada.type("Hello!\n")
    ada.expect(Say("Hello!"), "For each line: sock.sendto(build_say(text, nickname), room).")
    ada.say(b"ada: Hello!")
    ada.expect_shown("ada: Hello!", "Every datagram of the room is shown: show(decode(datagram)).")


def test_shows_while_no_line_comes(run: Any) -> None:
    """shows what the room sends while no line comes"""
    ada = run()
    ada.sign_up()
    for text in ("bob joined!", "bob: Are you there?", "bob left!"):
        ada.say(text.encode())
        ada.expect_shown(text, MEANWHILE)
    ada.type("Yes!\n")
    ada.expect(Say("Yes!"), "The loop over the lines goes on meanwhile.")


def test_leaves(run: Any) -> None:
    """leaves at !q: signs out, ends its thread, and returns"""
    ada = run()
    ada.sign_up()
    ada.type("!q\n")
    ada.expect_end()


def test_leaves_at_the_end_of_the_lines(run: Any) -> None:
    """leaves when the lines end"""
    ada = run()
    ada.sign_up()
    ada.end_lines()
    ada.expect_end()


def test_says_every_text(run: Any) -> None:
    """says a text that looks like a request, too"""
    ada = run()
    ada.sign_up()
    for text in ("SIGNOUT_TAG: what is that?", "SIGNUP_TAG:eve", "ada: me", "She typed !q and left"):
        ada.type(f"{text}\n")
        ada.expect(Say(text), "A text that is sent as it is can look like a request (lesson 02): build_say escapes it.")


def test_signs_up_again(run: Any) -> None:
    """signs up again until the room answers, and takes no line before that"""
    ada = run()
    for _ in range(3):
        ada.expect(SignUp("ada"), "A datagram may be lost, and nobody says so: send it again every half second.")
    if ada.asked.is_set():
        raise NotYetRight("A line was taken before the room had answered.", "Whoever is not in can't say anything.")
    ada.say(b"ada joined!")
    ada.expect_shown("ada joined!", "Every datagram of the room is shown, the answer to the sign-up too.")


def test_tries_other_ports(run: Any, attempt: Any) -> None:
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
    """goes on after a ConnectionResetError from recvfrom"""
    ada = run()
    ada.sign_up()
    ada.sock.error = ConnectionResetError("somebody's port is closed")
    ada.say(b"lost in the error", b"bob: Hi!")
    ada.expect_shown("bob: Hi!", "The error ended the thread: catch it inside the loop, and receive again.")


def test_strangers(run: Any, attempt: Any) -> None:
    """drops what does not come from the room"""
    ada = run()
    ada.sign_up()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as eve:
        eve.sendto(b"bob: What is your password?", ada.sock.real_address)
    attempt.crossed("eve", "ada", b"bob: What is your password?")
    ada.say(b"bob: Hi!")
    ada.expect_shown("bob: Hi!", "Anybody can send to your port: compare the sender that recvfrom gives with `room`.")


def test_leaves_while_datagrams_keep_arriving(run: Any) -> None:
    """leaves within a second while the room keeps sending"""
    ada = run()
    ada.sign_up()
    ada.sock.after_receive = lambda: ada.room.sendto(b"bob: bla", ada.sock.real_address)
    ada.say(b"bob: bla")
    ada.expect_shown("bob: bla", MEANWHILE)
    ada.type("!q\n")
    ada.expect_end("There is always something to receive, so a timeout never comes: look at the flag in every round.")
