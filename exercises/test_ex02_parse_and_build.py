"""The checks of ex02. Each is a table of cases: what a function is given, what it is to answer, and what it usually
means if it doesn't.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import against, expect_plain
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp import protocol
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

MESSAGES = (Joined, Left, Said, Refused, SignUp, SignOut, KeepAlive, Say)
STRICT = "decode() stops at such bytes; its parameter `errors` says what to do with them instead."
TAG = "Compare with the lesson's table, letter by letter: the tag is in capitals, with a colon and no space behind it."


class Case(NamedTuple):
    """`given`: the arguments. `expected`: the answer."""

    given: tuple[object, ...]
    expected: object
    means: str


@pytest.fixture
def check(attempt: Any) -> Callable[..., None]:
    def check(function: Callable[..., object], *cases: Case) -> None:
        for given, expected, means in cases:
            attempt.did(f"Called {getattr(function, '__name__', 'it')}({', '.join(map(repr, given))}).")
            try:
                answer = function(*given)
            except (LookupError, ValueError) as error:
                saw = f"It raised {type(error).__name__}: {error}. Expected: {expected!r}."
                is_strict = isinstance(error, UnicodeDecodeError)
                raise NotYetRight(saw, STRICT if is_strict else means).with_traceback(error.__traceback__) from None
            expect_plain(answer, getattr(function, "__name__", "the function"))
            if answer != expected or type(answer) is not type(expected):
                raise NotYetRight(f"It returned {against(answer, expected)}", cause(answer, expected, means))

    return check


def test_reads_requests(learner: Any, check: Any) -> None:
    """tells the four requests apart"""
    check(
        learner.parse_request,
        Case((b"Hello!",), Say("Hello!"), "What begins with no tag is a text that is to be said."),
        Case((b"SIGNUP_TAG:ada",), SignUp("ada"), f"What stands behind SIGNUP_TAG: is the nickname. {TAG}"),
        Case((b"SIGNOUT_TAG:",), SignOut(), f"SIGNOUT_TAG: is a sign-out. {TAG}"),
        Case((b"",), KeepAlive(), "An empty datagram says: I am still here."),
    )


def test_reads_what_only_looks_like_a_request(learner: Any, check: Any) -> None:
    """reads a tag only where it begins a datagram"""
    inside = "A tag counts only at the beginning of a datagram: startswith, not `in`."
    nickname = (
        "All behind the tag is the nickname, without white space around it. The room decides later whether it is good."
    )
    space = (
        "Only a datagram without any byte is a keep-alive; this one has a space in it. (chatlab.room.text takes such a "
        "text away; that is the room's work, and not part of this exercise.)"
    )
    check(
        learner.parse_request,
        Case((b"what is SIGNUP_TAG:ada",), Say("what is SIGNUP_TAG:ada"), inside),
        Case((b"I said SIGNOUT_TAG:",), Say("I said SIGNOUT_TAG:"), inside),
        Case((b"signout_tag:",), Say("signout_tag:"), SMALL),
        Case((b"signup_tag:ada",), Say("signup_tag:ada"), SMALL),
        Case((b"SIGNOUT_TAG:\n",), SignOut(), "What begins with the tag is a sign-out, whatever follows: startswith."),
        Case((b"SIGNUP_TAG:ada" + b" " * 20,), SignUp("ada"), nickname),
        Case((b"SIGNUP_TAG: ada\r\n",), SignUp("ada"), nickname),
        Case((b"SIGNUP_TAG:PIA",), SignUp("PIA"), "strip(…) takes away any of these letters; removeprefix(…) the tag."),
        Case((b"SIGNUP_TAG:ada lovelace",), SignUp("ada lovelace"), nickname),
        Case((b"SIGNUP_TAG:a:b",), SignUp("a:b"), nickname),
        Case((b"SIGNUP_TAG:" + b"x" * 300,), SignUp("x" * 300), nickname),
        Case((b"  two spaces",), Say("  two spaces"), "A text is to be said as it came; strip() changes it."),
        Case((b" ",), Say(" "), space),
        Case((b"ada: hi",), Say("ada: hi"), "A text is said as it came; it is the room that takes nicknames off."),
        *(Case((text.encode(),), Say(text), AS_IT_CAME) for text in AS_THEY_ARE),
        *(Case((text.encode(),), Say(text), f"{WHOLE_TAG} This is a text.") for text in NO_TAGS),
        Case((b"SIGNUP_TAG:SIGNUP_TAG:x",), SignUp("SIGNUP_TAG:x"), TAG_ONCE),
    )


def test_reads_any_bytes(learner: Any, check: Any) -> None:
    """reads texts in any language, and bytes that are no text"""
    text = "A text goes as UTF-8: decode with that, and with nothing else."
    not_text = "Bytes that are not UTF-8 are to become U+FFFD, the sign �, and the rest of the text is to stay."
    check(
        learner.parse_request,
        Case(("Olé 🐍".encode(),), Say("Olé 🐍"), text),
        Case(("SIGNUP_TAG:Zoë".encode(),), SignUp("Zoë"), text),
        Case((b"caf\xe9!",), Say("caf\ufffd!"), not_text),
        Case((b"\xff",), Say("\ufffd"), not_text),
        Case((b"SIGNUP_TAG:\xff",), SignUp("\ufffd"), not_text),
        Case((MARKED.encode(),), Say(MARKED), MARK),
    )


def test_builds_requests(learner: Any, check: Any) -> None:
    """builds the four requests"""
    check(
        learner.build_request,
        Case((Say("Olé!"), "ada"), "Olé!".encode(), "A text goes as it is, in UTF-8."),
        Case((SignUp("Zoë"), "Zoë"), "SIGNUP_TAG:Zoë".encode(), TAG),
        Case((SignUp("zoe"), "ada"), b"SIGNUP_TAG:zoe", "The nickname to sign up with is in the SignUp itself."),
        Case((SignOut(), "ada"), b"SIGNOUT_TAG:", TAG),
        Case((KeepAlive(), "ada"), b"", "A keep-alive is a datagram without any byte."),
        Case((Say(MARKED), "ada"), MARKED.encode(), MARK),
    )


def test_builds_a_text_that_looks_like_a_request(learner: Any, check: Any) -> None:
    """uses the long form for a text that the room would misread, and only for that"""
    plain = "The long form is for what the room would take for something else. parse_request knows what it would take."
    twice = "The room takes the speaker's own nickname and `: ` off, once. A text that begins so is to arrive whole."
    check(
        learner.build_request,
        *(Case((Say(text), "ada"), f"ada: {text}".encode(), looks_like(text)) for text in LOOKALIKES),
        Case((Say("no SIGNOUT_TAG: here"), "ada"), b"no SIGNOUT_TAG: here", plain),
        *(
            Case((Say(text), "ada"), text.encode(), plain)
            for text in (" ", "signout_tag:", " SIGNUP_TAG:bob", "ada:hi")
        ),
        *(Case((Say(text), "ada"), text.encode(), AS_IT_CAME) for text in AS_THEY_ARE),
        *(Case((Say(text), "ada"), text.encode(), f"{WHOLE_TAG} {plain}") for text in NO_TAGS),
        Case((Say("REFUSED_TAG:no"), "ada"), b"REFUSED_TAG:no", f"To the room, REFUSED_TAG: is no tag. {plain}"),
        Case((Say("SIGNUP_TAG:eve"), "Zoë"), "Zoë: SIGNUP_TAG:eve".encode(), "The long form begins with the nickname."),
        Case((Say("ada: hi"), "ada"), b"ada: ada: hi", twice),
        Case((Say("ada: hi"), "bob"), b"ada: hi", plain),
        Case((Say("ADA: hi"), "ada"), b"ADA: hi", plain),
    )


def test_reads_answers(learner: Any, check: Any) -> None:
    """tells the four answers apart"""
    said = "What stands before the first `: ` is who said it, all behind it is the text."
    check(
        learner.parse_answer,
        Case((b"ada: Hello!",), Said("ada", "Hello!"), said),
        Case((b"ada joined!",), Joined("ada"), "A nickname, a space and `joined!`: somebody came in."),
        Case((b"ada left!",), Left("ada"), "A nickname, a space and `left!`: somebody went out."),
        Case((b"REFUSED_TAG:the room is full",), Refused("the room is full"), TAG),
        Case(("Zoë: Olé 🐍".encode(),), Said("Zoë", "Olé 🐍"), said),
    )


def test_reads_texts_that_look_like_something_else(learner: Any, check: Any) -> None:
    """tells what somebody says from what the room says"""
    said = "Only the first `: ` divides: partition(': '), or split(': ', 1)."
    forged = (
        "This is what ada said, whatever it looks like: a notice has no colon in it. The order of your tests decides."
    )
    reason = "It begins with REFUSED_TAG:, so all behind that is the reason. The order of your tests decides."
    no_nickname = (
        "What stands before ` joined!` or ` left!` is to be a nickname: something, no space and no colon. Return None."
    )
    nobody_said = (
        "What stands before the first `: ` is to be a nickname: something, no space and no colon. Return None."
    )
    nobody = (
        "No room says this: a notice ends in ` joined!` or ` left!`, a text has `: ` behind the nickname. Return None."
    )
    any_sign = "Any sign but a space and a colon may stand in a nickname."
    forms: tuple[Any, ...] = (("{}: hi", Said, "hi"), ("{} joined!", Joined), ("{} left!", Left))
    check(
        learner.parse_answer,
        Case((b"ada: see: this",), Said("ada", "see: this"), said),
        Case((b"ada: ",), Said("ada", ""), "All behind `: ` is the text, which may be nothing: a text may be empty."),
        Case((b"ada: bob joined!",), Said("ada", "bob joined!"), forged),
        Case((b"ada: bob left!",), Said("ada", "bob left!"), forged),
        Case((b"ada: REFUSED_TAG:go away",), Said("ada", "REFUSED_TAG:go away"), forged),
        Case((b"REFUSED_TAG:not so fast: one a second",), Refused("not so fast: one a second"), reason),
        Case((b"REFUSED_TAG:eve joined!",), Refused("eve joined!"), reason),
        Case((b"ada: \xff",), Said("ada", "\ufffd"), "Bytes that are not UTF-8 become U+FFFD here as well."),
        *(Case((datagram,), None, nobody) for datagram in (b"hello", b"", b"\xff\xfe", b"ada joined the club")),
        *(Case((datagram,), None, nobody) for datagram in (b"ada:hi", b"ada joined!!", b"adajoined!", b"ada left")),
        *(Case((datagram,), None, no_nickname) for datagram in (b"two words joined!", b"two words left!")),
        *(Case((datagram,), None, no_nickname) for datagram in (b" joined!", b" left!", b"joined!", b"left!")),
        *(Case((datagram,), None, no_nickname) for datagram in (b"a:b joined!", b"a:b left!")),
        *(Case((datagram,), None, nobody_said) for datagram in (b"a b: hi", b"a:b: hi", b": hi", b"a b: c joined!")),
        *(
            Case((form.format(name).encode(),), kind(name, *more), any_sign)
            for name in NICKNAMES
            for form, kind, *more in forms
        ),
        *(Case((tag,), None, f"{WHOLE_TAG} No room says this.") for tag in (b"REFUSED_TAG", b"REFUSED_TAG;no")),
        Case((b"REFUSED_TAG:no REFUSED_TAG:",), Refused("no REFUSED_TAG:"), TAG_ONCE),
        *(Case((f"ada: {text}".encode(),), Said("ada", text), AS_IT_CAME) for text in AS_THEY_ARE),
        Case((b"REFUSED_TAG:  two spaces ",), Refused("  two spaces "), AS_IT_CAME),
    )


def test_builds_answers(learner: Any, check: Any) -> None:
    """builds the four answers"""
    form = "Compare with the lesson's table, letter by letter."
    check(
        learner.build_answer,
        Case((Joined("Zoë"),), "Zoë joined!".encode(), form),
        Case((Left("ada"),), b"ada left!", form),
        Case((Said("ada", "Olé: 🐍"),), "ada: Olé: 🐍".encode(), form),
        Case((Refused("the room is full"),), b"REFUSED_TAG:the room is full", form),
        *(Case((Said("ada", text),), f"ada: {text}".encode(), AS_IT_CAME) for text in AS_THEY_ARE),
    )


AS_THEY_ARE = ("  two spaces  ", "a\ttab, and two\nlines\r\n", "\x1b[31mred", "ALL Capitals: a:b ::")
AS_IT_CAME = "Texts stay as they are, white space and signs that nobody sees among them."
NICKNAMES = ("ada-b", "O'Neil", "*", "a.b@c", "x" * 300)
MARKED = "\ufeffhi"
MARK = "The first sign of this text is U+FEFF, a byte order mark: utf-8 keeps it, utf-8-sig does not."
NO_TAGS = ("SIGNOUT_TAG", "SIGNUP_TAG", "SIGNUP_TAG ada", "SIGNOUT_TAG;")
SMALL = "Tags are in capitals; small letters are a text like any other."
WHOLE_TAG = "The colon is part of a tag; without it, the same letters are none."
TAG_ONCE = "Only the first tag is one: removeprefix(…) takes it off, replace(…) also those that stand in the rest."
LOOKALIKES = ("SIGNOUT_TAG:", "SIGNOUT_TAG: what does that do?", "SIGNUP_TAG:bob", "")


def looks_like(text: str) -> str:
    """Why `text` needs the long form."""
    taken_for = type(protocol.parse_request(text.encode())).__name__
    return f"As it is, the room would take this text for {taken_for}: send it as <nickname>: <text>."


NOTHING = "None of your branches is for this one, or the one that is has no `return` with the answer behind it."
ONE_LINE = "This text has several lines. In a regular expression, `.` is any sign but \\n, unless re.DOTALL is given."


def other_encodings(text: str) -> set[bytes]:
    """What else encode makes of `text`."""
    others = {text.encode(name, errors) for name in ("ascii", "latin-1") for errors in ("replace", "ignore")}
    return others - {text.encode()}


def cause(answer: object, expected: object, means: str) -> str:
    if answer is None:
        if "\n" in getattr(expected, "text", ""):
            return ONE_LINE
        return means if isinstance(expected, Joined | Left | Said | Refused) else NOTHING
    if isinstance(answer, type):
        return f"That is the class; a message of it is {answer.__name__}(…), with brackets."
    if isinstance(expected, bytes) and isinstance(answer, str):
        return "A datagram is bytes: text becomes bytes by encode()."
    if isinstance(expected, bytes) and isinstance(answer, bytes) and answer.startswith(b"b'"):
        return "str(…) or an f-string of bytes is how Python shows them, with b'' around."
    if isinstance(expected, bytes) and answer in other_encodings(expected.decode()):
        return "A text goes as UTF-8, in which every letter has its bytes: encode() alone does that."
    if type(answer) is type(expected) and repr(answer).casefold() == repr(expected).casefold():
        return "Capitals and small letters stay as they are, in a nickname too: the room decides what is alike."
    if isinstance(answer, MESSAGES):
        if any(isinstance(value, bytes) for value in dataclasses.astuple(answer)):
            return "A message holds text; bytes become text by decode()."
        if any("b'" in str(value) for value in dataclasses.astuple(answer)):
            return "str(…) of bytes is how Python shows them, with b'' around; bytes become text by decode()."
    elif not isinstance(expected, bytes | type(None)):
        return f"The answer is to be a message: one of the classes imported above, such as {expected!r}."
    return means
