"""The checks of ex09: a stream arrives in the pieces that a check lists, and a line goes out through a `send` that
takes three bytes. Nothing is left to chance: no network cuts anything here.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.grading.for_checks.small_sends import SmallSends, connect_pair
from chatlab.grading.for_checks.threads import OwnThreads

MOST = 1024
TOO_MANY = 5_000  # calls of send; all lines of a check have fewer bytes
SHOWN = 4  # so many of the last pieces are told
PATIENCE = 5.0  # seconds, for bytes that are on their way over the loopback

KEEP = "What stands behind the last newline of a piece is the beginning of a line: keep it until the rest has come."
NOT_WHOLE = "A line is whole when its newline has come; until then it is nobody's, and stays in your buffer."
ALL_OF_THEM = "A piece can hold several lines, or the end of one and others behind it: go on until no newline is left."
TAKE_OUT = "Each line is answered once: what was taken has to be gone from the buffer."
FRAME_FIRST = (
    "A piece can end in the middle of a letter, so it can't be decoded by itself. First find a whole line among the "
    "bytes, then decode that line."
)
AS_IT_IS = "All that stands before the newline belongs to the text, blanks at both ends too; only one \\r does not."
NEWLINE_ALONE = (
    "A line ends with \\n, and with nothing else: splitlines() also cuts at \\r and at many other characters."
)
CARRIAGE = (
    "Some programs end their lines with \\r\\n: the one \\r right before the newline does not belong to the text."
)
EMPTY = 'A line may have nothing in it: its text is "", and it is a line like any other.'
NOT_TEXT = 'Bytes that are not UTF-8 are to become U+FFFD, the sign �: decode("utf-8", "replace").'
LONGEST = f"A line of {MOST:,} bytes, its newline included, is as long as a line may be: it is no error."
FITS = "The limit is one for each line, not for a piece or for all that has come: many short lines are no error."
TOO_LONG = "Without a limit, anybody fills your memory: who sends no newline needs no more than that for it."


class Reading:
    """A Lines of the learner's, and what it was fed."""

    def __init__(self, attempt: Any, learner: Any) -> None:
        self._attempt = attempt
        self._fed: list[bytes] = []
        self.made = "Made Lines()"
        attempt.did(f"{self.made}.")
        self.lines = learner.Lines()

    def feed(self, piece: bytes, *expected: str, means: str) -> None:
        self._tell(piece)
        try:
            answer = self.lines.feed(piece)
        except (LookupError, ValueError) as error:
            saw = f"feed({shown(piece)}) raised {type(error).__name__}: {error}. Expected: {shown(list(expected))}."
            raise NotYetRight(saw, cause_of_error(error, means)).with_traceback(error.__traceback__) from None
        expect_plain(answer, "feed")
        if not isinstance(answer, list) or answer != list(expected):
            saw = f"feed({shown(piece)}) answered {against(answer, list(expected))}"
            raise NotYetRight(saw, cause_of_kind(answer) or cause_of_texts(answer, list(expected), means) or means)

    def feed_too_much(self, *pieces: bytes, means: str = TOO_LONG) -> None:
        """One of these is to raise ValueError."""
        for piece in pieces:
            self._tell(piece)
            try:
                answer = self.lines.feed(piece)
            except Exception as error:  # noqa: BLE001  # looked at there
                expect_value_error(error)
                return
            expect_plain(answer, "feed")
        size = max(map(len, b"".join(pieces).splitlines(keepends=True)))
        raise NotYetRight(f"{size:,} bytes of one line were taken. Expected: ValueError, at {MOST + 1:,}.", means)

    def _tell(self, piece: bytes) -> None:
        self._attempt.crossed("stream", "Lines", piece)
        self._fed.append(piece)
        last = self._fed[-SHOWN:]
        others = len(self._fed) - len(last)
        earlier = f"{others} other piece{'s' * (others > 1)}, then " if others else ""
        self._attempt.did(f"{self.made}, and fed it {earlier}{', '.join(map(shown, last))}.")


@pytest.fixture
def reading(learner: Any, attempt: Any) -> Callable[[], Reading]:
    return lambda: Reading(attempt, learner)


def test_a_line_in_one_piece(reading: Any) -> None:
    """answers a line that comes in one piece"""
    lines = reading()
    means = "The text of a line is what stands before its newline."
    lines.feed(b"hello\n", "hello", means=means)
    lines.feed(b"how are you?\n", "how are you?", means=TAKE_OUT)


def test_a_line_in_pieces(reading: Any) -> None:
    """puts a line together that comes in pieces"""
    lines = reading()
    lines.feed(b"good", means=NOT_WHOLE)
    lines.feed(b" morn", means=NOT_WHOLE)
    lines.feed(b"ing\n", "good morning", means=KEEP)
    lines.feed(b"hi", means=NOT_WHOLE)
    lines.feed(b"\n", "hi", means="The newline may come alone: then the line that waits for it is whole.")
    lines.feed(b"", means="A piece of no bytes brings nothing, and changes nothing.")
    lines.feed(b"bye\n", "bye", means=TAKE_OUT)


def test_lines_in_one_piece(reading: Any) -> None:
    """takes several lines out of one piece, and keeps what is behind them"""
    lines = reading()
    lines.feed(b"one\ntwo\nthree\n", "one", "two", "three", means=ALL_OF_THEM)
    lines.feed(b"four\nfi", "four", means=NOT_WHOLE)
    lines.feed(b"ve\nsix\nsev", "five", "six", means=KEEP)
    lines.feed(b"en\n", "seven", means=KEEP)
    lines.feed(b"".join(b"%d\n" % n for n in range(3000)), *map(str, range(3000)), means=ALL_OF_THEM)


def test_the_example(reading: Any) -> None:
    """answers as the stub's example says"""
    means = "This is the example of the stub: read it again."
    lines = reading()
    lines.feed(b"hel", means=means)
    lines.feed(b"lo\nhow", "hello", means=means)
    lines.feed(b" are you?\n", "how are you?", means=means)


def test_two_streams(reading: Any) -> None:
    """keeps two streams apart, each with a buffer of its own"""
    ada, bob = reading(), reading()
    ada.made = bob.made = "Made two of Lines(), and looked at this one"
    ada.feed(b"to a", means=NOT_WHOLE)
    shared = why_shared(ada.lines, bob.lines)
    bob.feed(b"to b", means=NOT_WHOLE)
    bob.feed(b"ob\n", "to bob", means=shared)
    ada.feed(b"da\n", "to ada", means=shared)


def test_letters_in_pieces(reading: Any) -> None:
    """reads letters that are cut in two"""
    lines = reading()
    lines.feed("Olé!\n".encode(), "Olé!", means="A text goes as UTF-8: decode with that, and with nothing else.")
    lines.feed(b"caf\xc3", means=FRAME_FIRST)
    lines.feed(b"\xa9\n", "café", means=FRAME_FIRST)
    for byte in "🐍".encode():
        lines.feed(bytes([byte]), means=FRAME_FIRST)
    lines.feed(b"\n", "🐍", means=FRAME_FIRST)


def test_texts_as_they_are(reading: Any) -> None:
    """leaves a text as it is, and takes only the newline for its end"""
    lines = reading()
    lines.feed(b"  two spaces  \n", "  two spaces  ", means=AS_IT_IS)
    lines.feed(b"\ta tab\t\n", "\ta tab\t", means=AS_IT_IS)
    lines.feed(b"\n", "", means=EMPTY)
    lines.feed(b"one\n\n\ntwo\n", "one", "", "", "two", means=EMPTY)
    for cut in ("\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"):
        lines.feed(f"be{cut}fore\n".encode(), f"be{cut}fore", means=NEWLINE_ALONE)
    for sign in ("\x00", "\ufeff", "\u3000", "\x1b[0m"):
        lines.feed(f"{sign}ends{sign}\n".encode(), f"{sign}ends{sign}", means=AS_IT_IS)
    lines.feed(b"ALL: Capitals NUL \x00 \\n\n", "ALL: Capitals NUL \x00 \\n", means=AS_IT_IS)


def test_carriage_returns(reading: Any) -> None:
    """takes off one carriage return right before the newline"""
    lines = reading()
    lines.feed(b"from Windows\r\n", "from Windows", means=CARRIAGE)
    lines.feed(b"a\r\n\r\nb\n", "a", "", "b", means=CARRIAGE)
    between = f"{CARRIAGE} It may come in another piece than the newline."
    lines.feed(b"cut\r", means=NOT_WHOLE)
    lines.feed(b"\n", "cut", means=between)
    lines.feed(
        b"twice\r\r\n", "twice\r", means="One \\r is taken off, right before the newline; others are in the text."
    )
    lines.feed(b"\rfirst\n", "\rfirst", means="Only a \\r right before the newline is taken off.")
    lines.feed(b"no\rend", means=NEWLINE_ALONE)
    lines.feed(b"\r", means=NEWLINE_ALONE)
    lines.feed(b"x\n", "no\rend\rx", means="Only a \\r right before the newline is taken off.")


def test_bytes_that_are_no_text(reading: Any) -> None:
    """reads bytes that are no text, and goes on behind them"""
    lines = reading()
    lines.feed(b"caf\xe9!\n", "caf\ufffd!", means=NOT_TEXT)
    lines.feed(b"\xff\nnext\n", "\ufffd", "next", means=NOT_TEXT)
    lines.feed(b"half \xc3\nwhole\n", "half \ufffd", "whole", means=NOT_TEXT)


def test_a_byte_at_a_time(reading: Any) -> None:
    """reads the same talk whole, and a byte at a time"""
    talk = ("Hello, Bob!", "Olé 🐍", "", "  how are you?", "你好\r", "bye")
    stream = "".join(f"{text}\n" for text in talk).encode()
    texts = [text.removesuffix("\r") for text in talk]
    reading().feed(stream, *texts, means=ALL_OF_THEM)
    lines = reading()
    for byte in stream:
        whole = [texts.pop(0)] if byte == ord("\n") else []
        lines.feed(bytes([byte]), *whole, means=FRAME_FIRST if byte > 0x7F else KEEP)


def test_a_line_that_never_ends(reading: Any) -> None:
    """refuses a line that is too long, and no other"""
    longest = "x" * (MOST - 1)
    lines = reading()
    lines.feed(longest.encode(), means=LONGEST)
    lines.feed(b"\n", longest, means=LONGEST)
    lines.feed(longest.encode() + b"\n", longest, means=LONGEST)
    short = "x" * 60
    for _ in range(2):
        lines.feed(f"{short}\n".encode() * 50, *[short] * 50, means=FITS)
    snakes = "🐍" * 255  # 1,020 bytes
    lines.feed(f"{snakes}\n".encode(), snakes, means="The limit is one of bytes as they come.")
    reading().feed_too_much(b"x" * (MOST + 1))
    reading().feed_too_much(b"x" * MOST * 2 + b"\n", means=f"{TOO_LONG} Look at whole lines, too.")
    reading().feed_too_much(b"x" * MOST + b"\n", means=f"The newline of a line is one of its {MOST:,} bytes: count it.")
    reading().feed_too_much(("é" * 600).encode() + b"\n", means="The limit is one of bytes as they come; é has 2.")
    reading().feed_too_much(
        b"x" * (MOST - 1) + b"\r\n", means="All bytes of the line count: its \\r and its newline, too."
    )
    reading().feed_too_much(*[b"x" * 100] * 11)
    reading().feed_too_much(b"hi\n" + b"x" * (MOST + 1))
    reading().feed_too_much(b"x" * (MOST + 1) + b"\nhi\n")
    behind = "Each line is looked at, not the first alone, and at once: the error comes whatever else is in the piece."
    reading().feed_too_much(b"ok\n" + b"x" * MOST + b"\n", means=behind)
    reading().feed_too_much(b"ok\n" + b"x" * MOST + b"\nok\n", means=behind)
    lines = reading()
    lines.feed(b"hi\nx", "hi", means=KEEP)
    lines.feed_too_much(*[b"x" * 32] * (MOST // 32))


class Sending:
    """A connection whose `send` takes three bytes, and what has arrived at its other end when it is over."""

    def __init__(self, attempt: Any, learner: Any) -> None:
        self._attempt = attempt
        self._learner = learner
        self._calls: list[str] = []
        self._expected = self._line = b""  # of all calls, and of the last one
        self._before: list[int] = []  # how many calls of `send` there were when each call of send_text began
        self.sock, self._peer = connect_pair(NotForEver)
        self._peer.settimeout(PATIENCE)

    def close(self) -> None:
        self.sock.close()
        self._peer.close()

    def send(self, text: str) -> None:
        self._tell(text)
        self._before.append(len(self.sock.sends))
        threads = OwnThreads()
        try:
            answer = self._learner.send_text(self.sock, text)
        except BlockingIOError as error:
            saw = "sock is non-blocking now; when there was no room for a moment, send raised BlockingIOError."
            means = "A send that blocks waits until there is room: leave sock as it was, without setblocking(False)."
            raise NotYetRight(saw, means).with_traceback(error.__traceback__) from None
        expect_plain(answer, "send_text")
        for given, taken in self.sock.sends[self._before[-1] :]:
            self._attempt.crossed("send_text", "sock", given[:taken])
        self._line = f"{text}\n".encode()
        self._expected += self._line
        self.check_open()
        if threads.left:
            means = "Its thread may still be sending: send_text returns when all is sent, so wait with join()."
            raise NotYetRight("send_text has returned, and a thread of it is still running.", means)
        self._answer = answer

    def refuse(self, text: str, means: str) -> None:
        self._tell(text)
        sent = len(self.sock.sends)
        try:
            answer = self._learner.send_text(self.sock, text)
            expect_plain(answer, "send_text")
        except Exception as error:  # noqa: BLE001  # looked at there
            expect_value_error(error)
            answer = error
        self.check_open()
        if self.sock.sends[sent:]:
            gone = b"".join(given[:taken] for given, taken in self.sock.sends[sent:])
            saw = f"It sent {shown(gone)}. Expected: ValueError, and nothing sent."
            late = "The other side has a part of it now, and can't give it back: look at the text first, then send."
            raise NotYetRight(saw, late if isinstance(answer, ValueError) else means)
        if not isinstance(answer, ValueError):
            raise NotYetRight(f"It answered {answer!r}. Expected: ValueError.", means)

    def check(self) -> None:
        """All that was sent has arrived, as lines."""
        socket.socket.shutdown(self.sock, socket.SHUT_WR)
        arrived = b"".join(iter(lambda: self._peer.recv(65_536), b""))
        if arrived != self._expected:
            saw = f"The other side got {against(arrived, self._expected)}"
            raise NotYetRight(saw, self._cause(arrived))

    def check_open(self) -> None:
        if self.sock.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not send_text.")
        if self.sock.was_shut_down:
            raise NotYetRight("sock.shutdown(…) was called.", "That ends the stream for good: leave it open, as it is.")

    def _cause(self, arrived: bytes) -> str:
        expected, sends = self._expected, self.sock.sends[self._before[-1] :]
        if not arrived:
            return cause_of_silence(self._answer, self._attempt.printed)
        if arrived.startswith(b"b'"):
            return "str(…) or an f-string of bytes is how Python shows them, with b'' around: encode() makes bytes."
        if sends and expected.startswith(arrived) and sends[-1].taken < len(sends[-1].given):
            took = f"send took {sends[-1].taken} of {len(sends[-1].given)} bytes, and returned {sends[-1].taken}."
            count = "" if expected.isascii() else " Count bytes, not letters: é is 2 of them, 🐍 is 4."
            return f"{took} What it has not taken is still yours to send: call it again, until none is left.{count}"
        if len(sends) > 1 and len({given for given, _ in sends}) == 1:
            return "Each call of send was given the same bytes: give it those that were not taken yet, data[sent:]."
        if arrived.count(b"\n") > expected.count(b"\n") and arrived.replace(b"\n", b"") == expected.replace(b"\n", b""):
            return "One newline ends a line: it belongs behind the whole text, not behind each piece of it."
        if arrived.replace(b"\r", b"") == expected:
            return "The stub asks for a newline alone behind the text, without \\r."
        if arrived.replace(b"\n", b"") == expected.replace(b"\n", b""):
            return 'A newline, "\\n", ends the line, behind the text: without it the other side waits on.'
        if arrived == expected.replace(b"\n", b"\\n"):
            return '"\\n" is the newline; with two backslashes, or with r"…", it is a backslash and an n.'
        if sends and not self._line.startswith(sends[0].given):
            return "What is to be sent is the text in UTF-8, every character of it, and a newline behind it: no more."
        if expected.isascii():
            for before, after in pairwise(sends):
                rest = before.given[before.taken :]
                if not (rest.startswith(after.given) or after.given.startswith(rest)):
                    took = f"A send took {before.taken} of {len(before.given)} bytes; the next began behind them all."
                    return f"{took} How many it takes, it says each time: go on from there."
            return "send returns how many bytes it has taken: those behind them are next, no more and no fewer."
        return "send counts bytes, and é is 2 of them, 🐍 is 4: encode the whole line first, then cut the bytes."

    def _tell(self, text: str) -> None:
        self._calls.append(f"send_text(sock, {shown(text)})")
        self._attempt.did(f"Called {', then '.join(self._calls)}; each send of sock takes {self.sock.most} bytes.")


class NotForEver(SmallSends):
    """It says so when more is sent than any line here has. Made non-blocking, it has no room at first, once: whoever
    does not ask select is to expect that.
    """

    was_asked_for = had_no_room = False  # in select or the like; when it was non-blocking

    def fileno(self) -> int:
        self.was_asked_for = True
        return super().fileno()

    @property
    def was_closed(self) -> bool:
        return super().fileno() == -1

    def send(self, data: Any, *flags: Any) -> int:
        if self.gettimeout() == 0 and not self.was_asked_for and not self.had_no_room:
            self.had_no_room = True
            raise BlockingIOError(errno.EAGAIN, "no room")
        if len(self.sends) > TOO_MANY:
            same = len({given for given, _ in self.sends[-SHOWN:]}) == 1
            means = "Each call of send was given the same bytes: give it those that were not taken yet, data[sent:]."
            raise NotYetRight(
                f"It goes on sending: send was called {TOO_MANY:,} times.",
                means if same else "A loop does not end: it is to end when all of the line was taken.",
            )
        return super().send(data, *flags)


@pytest.fixture
def sending(learner: Any, attempt: Any) -> Iterator[Callable[[], Sending]]:
    made: list[Sending] = []

    def sending() -> Sending:
        made.append(Sending(attempt, learner))
        return made[-1]

    yield sending
    for each in made:
        each.close()


def test_sends_a_line(sending: Any) -> None:
    """sends a whole line, although a send takes three bytes"""
    hello = sending()
    hello.send("Hello, Bob!")
    hello.check()


def test_sends_again(sending: Any) -> None:
    """sends one line after the other, and when a send takes even less"""
    talk = sending()
    talk.sock.most = 2
    for text in ("one", "two, a little longer", "", "four"):
        talk.send(text)
    talk.check()


def test_sends_texts(sending: Any) -> None:
    """sends texts in any language, just as they are"""
    for text in ("Olé 🐍 你好", "  two spaces  ", "", "\ta:\\n\r tab"):
        each = sending()
        each.send(text)
        each.check()


def test_refuses_a_newline(sending: Any) -> None:
    """refuses a text with a newline in it, and sends nothing of it"""
    means = "A newline in the text would end the line there, and the rest would be another message."
    talk = sending()
    for text in ("one\ntwo", "at the end\n", "\n", "\nin front", "bye\r\nbob: I give up"):
        talk.refuse(text, means)
    talk.send("and on")
    talk.check()


def test_refuses_a_long_text(sending: Any) -> None:
    """refuses a text whose line is too long, and no other"""
    talk = sending()
    talk.sock.most = 500
    for text in ("x" * (MOST - 1), "é" * ((MOST - 2) // 2), "🐍" * ((MOST - 1) // 4)):
        talk.send(text)
    talk.check()
    means = f"With its newline, such a line has more than {MOST:,} bytes; the other side would not take it."
    talk = sending()
    talk.refuse("x" * MOST, means)
    in_bytes = "The limit is one of bytes, and é has 2: it is the encoded line that is too long."
    for text in ("é" * (MOST // 2), "🐍" * (MOST // 4)):
        talk.refuse(text, in_bytes)


def expect_value_error(error: Exception) -> None:
    """Raises NotYetRight if it is another way to refuse, and `error` itself if it is no way to refuse."""
    slips = (NotImplementedError, RecursionError, UnicodeError)
    if isinstance(error, ValueError) and not isinstance(error, slips):
        return
    own = not type(error).__module__.startswith(("builtins", "socket"))
    if isinstance(error, slips) or not (own or isinstance(error, AssertionError | RuntimeError | BufferError)):
        raise error
    saw = f"It raised {type(error).__name__}. Expected: ValueError."
    means = "Who calls it catches ValueError: raise that one, or an error of your own that inherits from it."
    raise NotYetRight(saw, means).with_traceback(error.__traceback__)


def cause_of_kind(answer: object) -> str:
    """What is wrong whatever the texts are; '' if nothing of that kind."""
    if answer is None:
        return "A branch of feed ends without `return`."
    if isinstance(answer, str | bytes):
        return "The answer is to be a list of texts, also of one and of none: [text]."
    if not isinstance(answer, list):
        return "The answer is to be a list: [text, text]." + (
            " list(…) makes one of it." if hasattr(answer, "__iter__") else ""
        )
    if any(isinstance(text, bytes | bytearray) for text in answer):
        return "The answer is to hold texts; bytes become text by decode()."
    if any(not isinstance(text, str) for text in answer):
        return "The answer is to hold texts, and nothing else."
    if any(text.startswith(("b'", 'b"', "bytearray(")) for text in answer):
        return "str(…) of bytes is how Python shows them, with b'' around; bytes become text by decode()."
    return ""


def cause_of_texts(answer: list[str], expected: list[str], means: str) -> str:
    """What the texts themselves tell; '' if nothing for sure."""
    if any("\n" in text[:-1] for text in answer):
        return ALL_OF_THEM
    if any("\n" in text for text in answer):
        return "The newline is the border between two lines, and belongs to neither text."
    if any("\ufffd" in text for text in answer) and not any("\ufffd" in text for text in expected):
        return FRAME_FIRST
    if means == NEWLINE_ALONE and len(answer) == len(expected) == 1:
        return AS_IT_IS
    if means in (CARRIAGE, AS_IT_IS, NEWLINE_ALONE, EMPTY):
        return ""
    if answer != expected and sorted(answer) == sorted(expected):
        return "These are the right lines, in another order: the one that came first is the first."
    if len(expected) > 1 and answer == expected[:1]:
        return ALL_OF_THEM
    if expected and answer == [*expected, ""]:
        return "Nothing stands behind the last newline: that is no line, but the empty beginning of the next one."
    if expected and len(answer) > len(expected) and answer[-len(expected) :] == expected:
        return TAKE_OUT
    if not expected and answer == [""]:
        return "No line is whole yet: the answer is [], which holds nothing, not even an empty text."
    if not expected and answer:
        return NOT_WHOLE if means not in (KEEP, FRAME_FIRST) else means
    return ""


def cause_of_error(error: Exception, means: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return NOT_TEXT if means == NOT_TEXT else FRAME_FIRST
    return FITS if type(error) is ValueError and means != LONGEST else means


def cause_of_silence(answer: object, printed: str) -> str:
    if isinstance(answer, str | bytes):
        return "return hands it to whoever called send_text; sock.send(…) sends it."
    if printed:
        return "print writes on your own screen; sock.send(…) sends bytes to the other side."
    return "sock was asked to send nothing, or only in a branch that was not taken."


def shown(data: str | bytes | list[str]) -> str:
    """As Python shows it, but for the middle of what is long."""
    text = repr(data)
    unit = {bytes: "bytes", str: "letters", list: "texts"}[type(data)]
    return text if len(text) <= 40 else f"{text[:24]}…{text[-6:]} ({len(data):,} {unit})"
