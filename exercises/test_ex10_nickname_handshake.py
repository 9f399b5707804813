"""The checks of ex10: shake_hands at a real connection, in a thread, while the check plays the stranger and the room.

A `send` takes three bytes there, and a check says how many a receive gives. The room's `join` is scripted: it takes
every nickname but those that a check has refused.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.grading.for_checks.small_receives import SmallReceives
from chatlab.grading.for_checks.small_sends import connect_pair
from chatlab.grading.for_checks.threads import Call, OwnThreads, patiently, waits_in
from chatlab.room.errors import NicknameTaken, Refusal

MOST = 1024
TRIES = 10
LIMIT = 1.0  # seconds, for what is due at once
LONG = 30.0  # seconds to choose a nickname in, where a check is not about that
SHORT = 0.25  # seconds, where it is
HALFWAY = 0.5  # seconds, where the stranger says something late, and then no more
TIMES = 3
PACE = 0.05  # seconds between two words of a stranger who dribbles
QUESTION = b"NICK\n"
WELCOME = b"Connected to the server!\n"
TAKEN = "taken: somebody in the room has that nickname"
LOOKS = 8  # each takes a twentieth of a second
RECEIVES = ("recv", "recv_into")
RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # SO_LINGER: on, for 0 seconds (socket(7))

SPEAKS_FIRST = 'The room speaks first: send b"NICK\\n", and only then receive.'
KEEP = "A line may come in pieces: keep them, as bytes, until the newline is there."
TEXT = (
    'join gets the text of the line as in ex09: what stands before the newline, decoded by ("utf-8", "replace"), '
    "without one \\r at its end. Blanks stay."
)
BEHIND = (
    "What came behind the nickname's line, in the same piece perhaps, is the beginning of the talk: return it too, or "
    "it is lost."
)
FIRST_LINE = "Only the first line is a nickname: what is behind it is said in the talk, and returned."
NEXT_TRY = "The next line may have come already, in the same piece: look at what is behind the line before you receive."
AS_ANSWERED = "join answers the nickname that the room shows, perhaps another one than was typed: return that one."
ASK_AGAIN = 'When join raises Refusal, say f"NICK {refusal}" and a newline, and take the next line for another try.'
LAST_TRY = f"{TRIES} lines may be refused. The last one is answered with ERROR and a reason, and no more with NICK."
GONE = "The stranger has gone: return None, and say nothing."
HALF = "What stands behind the last newline when the stream ends was cut short: it is no line."
END = 'recv gives b"" when the stranger has ended its stream: from then on it gives nothing else. Return None.'
LOST = "A lost connection makes recv or send raise an OSError, such as ConnectionResetError: catch it, return None."
SILENCE = "After `seconds`, say ERROR and a reason, and return None: sock.settimeout(…) makes recv raise TimeoutError."
DEADLINE = (
    "A time-out counts from each recv anew, so whoever sends a byte now and then stays for ever. Compute once when the "
    "time is over, time.monotonic() + seconds, and wait each time only for what is left until then."
)
TOO_LONG = f"Who sends more than {MOST:,} bytes of one line is told ERROR and a reason; else it fills your memory."
FITS = "The limit is one for each line of a stranger: neither for all that it sends, nor for what is said behind them."
LEAVE_OPEN = "Whoever called shake_hands goes on with sock, or closes it: leave it open."
TIME_OUT = "The time-out was for the handshake. It would end the talk: sock.settimeout(None) before you return."
TOLD = "join has welcomed the stranger already: behind a refusal or a question shake_hands says no more."
IN_CAUSE = "When join has answered, return its answer, and the bytes behind the line: two values."
NOBODY = "Nobody came in: the answer is None, which a function also gives when it just ends."
OTHERS = "Each call has its own connection, its own bytes and its own time: keep them in variables of the function."


class Handshake:
    """A call of shake_hands, and the stranger at the other end. `joins`: the texts that join got."""

    def __init__(self, attempt: Any, learner: Any, seconds: float, refused: dict[str, str], piece: int | None) -> None:
        self._attempt = attempt
        self._learner = learner
        self._seconds = seconds
        self._refused = refused
        self.joins: list[object] = []
        self.timeout_left: float | None = None  # when somebody was in
        self.refuses_all = ""  # the reason, if it does
        self.names: dict[str, str] = {}  # what join answers, where it is not the text
        self.on_join: Callable[[], object] = lambda: None
        self._heard = b""
        self._answer: Any = None
        self._steps: list[str] = []
        self._call: Call | None = None
        self._looks = 0  # so often in a row it was seen to wait
        self.sock, self.peer = connect_pair(SmallReceives)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else many small sends take 40 ms each
        if piece:
            self.sock.piece = piece
            self._steps.append(f"each recv gives {piece} byte{'s' * (piece > 1)} at most")

    def start(self) -> None:
        self._tell(f"called shake_hands(sock, join, {self._seconds:g})")
        self._call = OwnThreads().call(self._shake_hands)

    def close(self) -> None:
        self.peer.close()
        if self._call:
            self._call.wait(LIMIT / 3)  # the end of the stream has woken it
        self.sock.close()

    def says(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._tell(f"the stranger said {short(piece)}")
            self._attempt.crossed("stranger", "room", piece)
            with contextlib.suppress(OSError):  # it is closed: what follows tells so
                self.peer.sendall(piece)

    def ends(self) -> None:
        self._tell("the stranger ended its stream")
        self.peer.shutdown(socket.SHUT_WR)

    def resets(self) -> None:
        self._tell("the stranger reset the connection")
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.peer.close()

    def hears(self, line: bytes, means: str) -> None:
        """The next line is this one."""
        heard = self._next(line, means)
        if heard != line:
            raise NotYetRight(f"The stranger heard {against(heard, line)}", self._cause(heard, line, means))

    def hears_an_error(self, means: str) -> None:
        heard = self._next(b"ERROR <reason>\n", means)
        word, _, reason = heard.partition(b" ")
        if word != b"ERROR" or not reason.strip() or not heard.endswith(b"\n"):
            means = "ERROR, a blank, and why: the stranger reads it." if word.strip() == b"ERROR" else means
            raise NotYetRight(f"The stranger heard {heard!r}. Expected: b'ERROR <reason>\\n'.", means)

    def comes_in(self, nickname: str, rest: bytes = b"", means: str = IN_CAUSE, joins: tuple[str, ...] = ()) -> None:
        """It is over, and somebody is in. `rest` is what the stranger has said behind its nickname. `joins`: the texts
        that join got, if that is not the nickname alone.
        """
        self.hears(WELCOME, means)
        texts, about_texts = joins or (nickname,), TEXT if means == IN_CAUSE else means
        self.joined(*texts, means=about_texts)
        answer = self._ends(IN_CAUSE if means == SPEAKS_FIRST else means)
        self.joined(*texts, means=about_texts)  # it may have been called again since
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise NotYetRight(f"shake_hands returned {against(answer, (nickname, rest))}", IN_CAUSE)
        seen_rest = self._unread(answer[1])
        if (answer[0], seen_rest) != (nickname, rest):
            cause = AS_ANSWERED if answer[0] != nickname else BEHIND
            if answer[0] == nickname and isinstance(answer[1], str):
                cause = "What came behind the line is bytes: the talk decodes it, line by line."
            saw = f"shake_hands returned {against(answer, (nickname, rest))}"
            raise NotYetRight(saw, cause)
        self._is_left_open()
        self.timeout_left = self.sock.gettimeout()
        self._says_no_more(TOLD)

    def is_given_up(self, means: str) -> None:
        """It is over, nobody is in, and nothing else was said."""
        answer = self._ends(means)
        if answer is not None:
            somebody = isinstance(answer, tuple) and any(answer)
            raise NotYetRight(f"shake_hands returned {against(answer, None)}", means if somebody else NOBODY)
        self._is_left_open()
        self._says_no_more(means)

    def joined(self, *texts: str, means: str = TEXT) -> None:
        """These are the texts that join was called with."""
        if self.joins != [*texts]:
            if any(isinstance(text, bytes | bytearray) for text in self.joins):
                means = "join takes a text: decode the line."
            elif self.joins[-1:] * 2 == self.joins[-2:] and self.joins[:-1] == [*texts]:
                means = "join lets somebody in: call it once for each line, and keep what it answers."
            saw = f"join was called with {against(self.joins, [*texts])}"
            raise NotYetRight(saw, means)

    def is_over(self, seconds: float = 0.0) -> bool:
        """Whether shake_hands has returned, so many seconds from now at the latest."""
        return bool(self._call and self._call.wait(seconds))

    def _shake_hands(self) -> None:
        self._answer = self._learner.shake_hands(self.sock, self._join, self._seconds)

    def _join(self, text: object) -> str:
        self.joins.append(text)
        self.on_join()
        if not isinstance(text, str):
            raise NotYetRight(f"join was called with {text!r}.", "join takes a text: decode the line.")
        if reason := self.refuses_all or self._refused.get(text.strip()):
            raise NicknameTaken(reason) if reason == TAKEN else Refusal(reason)
        with contextlib.suppress(OSError):
            socket.socket.sendall(self.sock, WELCOME)
        return self.names.get(text, text)

    def _waits(self) -> bool:
        """Whether it waits for the stranger, LOOKS times in a row: then nothing will happen any more."""
        waits = False
        if self._call and self._seconds == LONG and not self.sock.was_closed:
            is_receiving = any(waits_in(self._call.thread, SmallReceives.__module__, name) for name in RECEIVES)
            waits = is_receiving and not select.select([self.sock], [], [], 0)[0]
        self._looks = self._looks + 1 if waits else 0
        return self._looks >= LOOKS

    def _next(self, expected: bytes, means: str) -> bytes:
        """The next line; what there is of it if no more comes."""
        self._looks = 0

        def receive(piece: float) -> bool:
            over = self.is_over() or self._waits()
            try:
                self.peer.settimeout(piece)
                data = self.peer.recv(65_536)
            except TimeoutError:
                data = b""
            except OSError:
                return True
            else:
                over = over or not data
            self._heard += data
            return b"\n" in self._heard or (over and not data)

        patiently(receive, 0 if b"\n" in self._heard else LIMIT)
        line, newline, self._heard = self._heard.partition(b"\n")
        if line or newline:
            self._attempt.crossed("room", "stranger", line + newline)
            return line + newline
        self._raise_its_error(means)
        expect_plain(self._answer, "shake_hands")
        saw = f"The stranger heard nothing. Expected: {expected!r}."
        raise NotYetRight(saw, self._cause(b"", expected, means))

    def _cause(self, heard: bytes, expected: bytes, means: str) -> str:
        if not heard and self._attempt.printed and not self.sock.sends:
            return "print writes on your own screen; sock.sendall(…) sends bytes to the stranger."
        if heard in (QUESTION, b"NICK \n") and expected.startswith(b"NICK "):
            return ASK_AGAIN
        if heard.strip() == expected.strip():
            return 'A line ends with a newline alone, "\\n": without it the stranger waits on.'
        if heard and expected.startswith(heard):
            return "send may take a part of the bytes, and returns how many it took: sendall sends all of them."
        return means

    def _ends(self, means: str) -> Any:
        """What shake_hands returned, as soon as it has."""
        self._looks = 0
        if not patiently(lambda piece: self.is_over(piece) or self._waits(), LIMIT) or not self.is_over():
            raise NotYetRight("shake_hands goes on. It is to return now.", means)
        self._raise_its_error(means)
        expect_plain(self._answer, "shake_hands")
        return self._answer

    def _raise_its_error(self, means: str) -> None:
        error = self._call.error if self._call and self.is_over() else None
        if isinstance(error, OSError | Refusal | UnicodeError | EOFError) or type(error) is ValueError:
            saw = f"shake_hands raised {type(error).__name__}: {error}. It is to return, whatever comes."
            if isinstance(error, UnicodeError):
                means = 'Bytes that are not UTF-8 become U+FFFD: decode("utf-8", "replace"), and a whole line only.'
            raise NotYetRight(saw, means).with_traceback(error.__traceback__) from None
        if error:
            raise error

    def _unread(self, rest: Any) -> bytes:
        """`rest`, and what nobody has received yet."""
        taken = bytes(rest) if isinstance(rest, bytes | bytearray | memoryview) else b"?"
        with contextlib.suppress(OSError), self.sock.dup() as twin:
            twin.setblocking(False)
            while data := socket.socket.recv(twin, 65_536):
                taken += data
        return taken

    def _is_left_open(self) -> None:
        if self.sock.was_closed or self.sock.was_shut_down:
            done = "closed" if self.sock.was_closed else "shut down"
            raise NotYetRight(f"When shake_hands had returned, sock was {done}.", LEAVE_OPEN)

    def _says_no_more(self, means: str) -> None:
        more = self._heard
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_WR)
            self.peer.settimeout(LIMIT)
            while data := self.peer.recv(65_536):
                more += data
        if more:
            raise NotYetRight(f"The stranger also heard {short(more)}. Expected: nothing more.", means)

    def _tell(self, step: str) -> None:
        self._steps.append(step)
        grouped = [(step, len(list(same))) for step, same in groupby(self._steps)]
        shown = [f"{step} {times} times" if times > 1 else step for step, times in grouped][-4:]
        earlier = "…, then " if len(shown) < len(grouped) else ""
        sentence = earlier + ", then ".join(shown)
        self._attempt.did(f"{sentence[:1].upper()}{sentence[1:]}.")


@pytest.fixture
def stranger(learner: Any, attempt: Any) -> Iterator[Callable[..., Handshake]]:
    """Somebody with whom shake_hands is under way."""
    made: list[Handshake] = []

    def stranger(
        seconds: float = LONG, refused: dict[str, str] | None = None, piece: int | None = None, start: bool = True
    ) -> Handshake:
        made.append(Handshake(attempt, learner, seconds, refused or {}, piece))
        if start:
            made[-1].start()
        return made[-1]

    yield stranger
    for each in made:
        each.close()


def test_somebody_comes_in(stranger: Any) -> None:
    """asks for a nickname, and answers who came in"""
    ada = stranger()
    ada.hears(QUESTION, SPEAKS_FIRST)
    ada.says(b"ada\n")
    ada.comes_in("ada")


def test_a_nickname_in_pieces(stranger: Any) -> None:
    """puts a nickname together that comes in pieces"""
    for piece, nickname in ((1, "ada"), (2, "Zoë-你好"), (3, "ada_lovelace")):
        ada = stranger(piece=piece)
        ada.hears(QUESTION, SPEAKS_FIRST)
        ada.says(f"{nickname}\n".encode())
        ada.comes_in(nickname, means=KEEP)


def test_texts_as_they_are(stranger: Any) -> None:
    """hands on the text of a line as it is"""
    texts = {
        b"  two blanks  \n": "  two blanks  ",
        b"\n": "",
        b"\xff\xfe!\n": "\ufffd\ufffd!",
        b"Windows\r\n": "Windows",
        b"\rtwice\r\r\n": "\rtwice\r",
        "be\u2028fore\x0b\x85\n".encode(): "be\u2028fore\x0b\x85",
        b"NICK\n": "NICK",
    }
    reason = "letters, digits, _ and - only"
    eve = stranger(start=False)
    eve.refuses_all = reason
    eve.start()
    eve.hears(QUESTION, SPEAKS_FIRST)
    heard: list[str] = []
    for line, text in texts.items():
        eve.says(line)
        eve.hears(f"NICK {reason}\n".encode(), TEXT if heard else ASK_AGAIN)
        heard.append(text)
        eve.joined(*heard)


def test_the_answer_of_join(stranger: Any) -> None:
    """returns the nickname that join answers"""
    ada = stranger(start=False)
    ada.names = {"  ADA ": "ADA", "ada": "Ada"}
    ada.start()
    ada.hears(QUESTION, SPEAKS_FIRST)
    ada.says(b"  ADA \n")
    ada.comes_in("ADA", means=TEXT, joins=("  ADA ",))


def test_what_is_behind_the_nickname(stranger: Any) -> None:
    """returns what was received behind the nickname's line"""
    talk = "Hello!\n\nHow are you, Zoë?\nI am".encode()
    for piece in (None, 7):
        ada = stranger(piece=piece, start=False)
        ada.says(b"ada\n" + talk)
        ada.start()
        ada.hears(QUESTION, SPEAKS_FIRST)
        ada.comes_in("ada", talk, FIRST_LINE)


def test_asks_again(stranger: Any) -> None:
    """asks again when a nickname is refused, and says why"""
    no_name = "no name: a nickname needs at least one letter or digit"
    bob = stranger(refused={"ada": TAKEN, "": no_name})
    bob.hears(QUESTION, SPEAKS_FIRST)
    bob.says(b"ada\n")
    bob.hears(f"NICK {TAKEN}\n".encode(), ASK_AGAIN)
    bob.says(b" \n")
    bob.hears(f"NICK {no_name}\n".encode(), ASK_AGAIN)
    bob.says(b"bob\n")
    bob.comes_in("bob", means=ASK_AGAIN, joins=("ada", " ", "bob"))


def test_tries_in_one_piece(stranger: Any) -> None:
    """takes the next try although it came with the one before"""
    bob = stranger(refused={"ada": TAKEN, "eve": TAKEN}, start=False)
    bob.says(b"ada\neve\nbob\nHi!\n")
    bob.start()
    bob.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(2):
        bob.hears(f"NICK {TAKEN}\n".encode(), NEXT_TRY)
    bob.comes_in("bob", b"Hi!\n", NEXT_TRY, joins=("ada", "eve", "bob"))


def test_the_last_try(stranger: Any) -> None:
    """gives up after the last try, and not before it"""
    eve = stranger(refused={"ada": TAKEN})
    eve.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(TRIES - 1):
        eve.says(b"ada\n")
        eve.hears(f"NICK {TAKEN}\n".encode(), LAST_TRY)
    eve.says(b"eve\n")
    means = f"The try of number {TRIES} may be right: give up only when it is refused too."
    eve.comes_in("eve", means=means, joins=(*["ada"] * (TRIES - 1), "eve"))
    eve = stranger(refused={"ada": TAKEN})
    eve.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(TRIES - 1):
        eve.says(b"ada\n")
        eve.hears(f"NICK {TAKEN}\n".encode(), LAST_TRY)
    eve.says(b"ada\n")
    eve.hears_an_error(LAST_TRY)
    eve.is_given_up(LAST_TRY)
    eve.joined(*["ada"] * TRIES, means="Call join once for each line.")


def test_the_end_of_the_stream(stranger: Any) -> None:
    """notices that the stranger has ended its stream"""
    for words, means in ((b"", END), (b"ad", HALF), (b"ada\nhalf", HALF)):
        eve = stranger(refused={"ada": TAKEN})
        eve.hears(QUESTION, SPEAKS_FIRST)
        if words:
            eve.says(words)
        eve.ends()
        if b"\n" in words:
            eve.hears(f"NICK {TAKEN}\n".encode(), ASK_AGAIN)
        eve.is_given_up(means)
        eve.joined(*["ada"] * words.count(b"\n"), means=HALF)
    ada = stranger()
    ada.hears(QUESTION, SPEAKS_FIRST)
    ada.says(b"ada\nbye\n")
    ada.ends()
    ada.comes_in("ada", b"bye\n", means="A line that is whole counts, also when the stream has ended behind it.")


def test_a_lost_connection(stranger: Any) -> None:
    """takes a lost connection for an end"""
    for words in (b"", b"ad"):
        eve = stranger()
        eve.hears(QUESTION, SPEAKS_FIRST)
        if words:
            eve.says(words)
        eve.resets()
        eve.is_given_up(LOST)
        eve.joined(means=HALF)
    early = stranger(start=False)
    early.resets()
    early.start()
    early.is_given_up(f"The connection was lost before the first question. {LOST}")
    for tries in (1, TRIES):
        eve = stranger(refused={"ada": TAKEN}, start=False)
        eve.on_join = lambda eve=eve, tries=tries: len(eve.joins) < tries or eve.resets()
        eve.says(b"ada\n" * tries)
        eve.start()
        eve.is_given_up(f"The connection was lost before an answer could be sent. {LOST}")


def test_a_silent_stranger(stranger: Any) -> None:
    """gives up when the time is over, and not before"""
    eve = stranger(SHORT)
    began = time.monotonic()
    eve.hears(QUESTION, SPEAKS_FIRST)
    eve.hears_an_error(SILENCE)
    if (after := time.monotonic() - began) < SHORT * 0.6:
        raise NotYetRight(f"It gave up after {after:.2f} s of {SHORT} s.", "The stranger has `seconds` to choose in.")
    eve.is_given_up(SILENCE)
    eve.joined(means=HALF)


def test_a_stranger_who_dribbles(stranger: Any) -> None:
    """gives up when the time is over, however much was said meanwhile"""
    eve = stranger(SHORT)
    eve.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(round(4 * SHORT / PACE)):
        eve.says(b"e")
        if eve.is_over(PACE):
            break
    else:
        raise NotYetRight(f"It went on for more than {4 * SHORT:g} s, while a byte came now and then.", DEADLINE)
    eve.hears_an_error(SILENCE)
    eve.is_given_up(SILENCE)


def test_a_stranger_who_stops_halfway(stranger: Any) -> None:
    """waits only for what is left of the time"""
    after = 0.0
    for _ in range(TIMES):  # a machine that stood still for a moment is no fault of the answer's
        began = time.monotonic()
        eve = stranger(HALFWAY)
        eve.hears(QUESTION, SPEAKS_FIRST)
        eve.is_over(HALFWAY * 0.75)
        said = time.monotonic()
        eve.says(b"e")
        was_late = time.monotonic() - began > HALFWAY  # then the byte came to nobody, and this try shows nothing
        eve.hears_an_error(SILENCE)
        if not was_late:
            after = time.monotonic() - said
        eve.is_given_up(SILENCE)
        if 0 < after < HALFWAY * 0.9:
            return
    if after:
        said_at = f"The stranger said a byte after {HALFWAY * 0.75:.2f} s of {HALFWAY} s"
        raise NotYetRight(f"{said_at}, and was given up {after:.1f} s later.", DEADLINE)


def test_a_stranger_who_tries_slowly(stranger: Any) -> None:
    """counts the time from the call, not from the last question"""
    eve = stranger(SHORT, refused={"ada": TAKEN})
    eve.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(TRIES - 1):
        if eve.is_over(SHORT / 3):
            break
        eve.says(b"ada\n")
    else:
        raise NotYetRight(f"It went on for {3 * SHORT:g} s, while nicknames were refused now and then.", DEADLINE)
    for _ in eve.joins:
        eve.hears(f"NICK {TAKEN}\n".encode(), ASK_AGAIN)
    eve.hears_an_error(SILENCE)
    eve.is_given_up(SILENCE)


def test_a_line_that_is_too_long(stranger: Any) -> None:
    """gives up at a line that is too long, and at no other"""
    longest = "x" * (MOST - 1)
    eve = stranger(refused={longest: "too long: a nickname has at most 20 characters"})
    eve.hears(QUESTION, SPEAKS_FIRST)
    for _ in range(3):
        eve.says(longest.encode() + b"\n")
        eve.hears(b"NICK too long: a nickname has at most 20 characters\n", FITS)
    eve.says(b"eve\n" + b"y" * 3 * MOST)
    eve.comes_in("eve", b"y" * 3 * MOST, FITS, joins=(*[longest] * 3, "eve"))
    for words in (b"x" * (MOST + 1), b"x" * (MOST - 1) + b"\r\n", b"x" * 3 * MOST + b"\n", b"ada\n" + b"x" * 2 * MOST):
        eve = stranger(refused={"ada": TAKEN})
        eve.hears(QUESTION, SPEAKS_FIRST)
        eve.says(words)
        if words.startswith(b"ada"):
            eve.hears(f"NICK {TAKEN}\n".encode(), FITS)
        eve.hears_an_error(TOO_LONG)
        eve.is_given_up(TOO_LONG)
        eve.joined(*["ada"] * words.startswith(b"ada"), means=TOO_LONG)


def test_no_time_out_is_left(stranger: Any) -> None:
    """leaves no time-out behind for the talk"""
    ada = stranger(refused={"eve": TAKEN})
    ada.hears(QUESTION, SPEAKS_FIRST)
    ada.says(b"eve\n", b"ada\n")
    ada.hears(f"NICK {TAKEN}\n".encode(), ASK_AGAIN)
    ada.comes_in("ada", joins=("eve", "ada"))
    if ada.timeout_left is not None:
        saw = f"When shake_hands had returned, sock had a time-out of {ada.timeout_left:g} s. Expected: none."
        raise NotYetRight(saw, TIME_OUT)


def test_others_meanwhile(stranger: Any) -> None:
    """shakes hands with others meanwhile"""
    silent, half = stranger(), stranger()
    for each in (silent, half):
        each.hears(QUESTION, OTHERS)
    half.says(b"ev")
    ada = stranger(refused={"bob": TAKEN})
    ada.hears(QUESTION, f"Others were being asked, and had not answered. {OTHERS}")
    ada.says(b"bob\nada\nHello!\n")
    ada.hears(f"NICK {TAKEN}\n".encode(), OTHERS)
    ada.comes_in("ada", b"Hello!\n", OTHERS, joins=("bob", "ada"))
    half.says(b"e\n")
    half.comes_in("eve", means=OTHERS)
    silent.says(b"cy\n")
    silent.comes_in("cy", means=OTHERS)


def short(data: bytes) -> str:
    return repr(data) if len(data) <= 40 else f"{data[:20]!r}… ({len(data):,} bytes)"
