"""The checks of ex17: a room's Cookies are asked by strangers, honest and other. The check has the clock, so nothing
depends on how long anything takes.
"""

from __future__ import annotations

import ast
import random
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.attempt.attempt import Attempt
from chatlab.grading.for_checks.compare import against, expect_plain

COOKIE = re.compile(r"[0-9a-f]{16}")
TAG = b"PROVE_TAG:"
ADA, BOB = ("192.0.2.1", 4000), ("192.0.2.7", 8123)
STARTS = (0, 1.5, 29.9, 30, 59.9, 4321.25, 1_000_000)  # seconds; cookies are made then
MANY = 3000  # strangers
SOME_MEMORY = 60_000  # bytes
GUESSES = 300
ROOMS = 2000  # enough that two have the same secret, if that is one of 65,536
CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "now", "uuid1"}
UNKNOWABLE = {"urandom", "secrets", "SystemRandom", "uuid4"}

THE_SAME = "It came back at once from the address that it was made for: make it again in holds, and compare."
DIGITS = "hexdigest(), or hex() of bytes, gives hexadecimal digits as a str; [:16] takes the first 16."
BOOL = "holds answers whether the cookie is good: True or False."
FOR_ONE = "Whoever gets a cookie at one address could come in under another: host and port both belong into the hash."
TOGETHER = (
    "Written without a sign between them, the parts run together (192.0.2.1 and 2345 are 192.0.2.12 and 345 then): put "
    'a blank there, f"{host} {port} …".'
)
TIME_TOGETHER = (
    "Written without a sign between them, the parts run together (port 4001 in span 2 is port 400 in span 12 then): "
    'put a blank there, f"{port} {span}".'
)
NOT_MADE = "Nobody has ever made this one: compare the whole cookie with the one that `make` would give."
ANY_TEXT = (
    "A stranger can send any text, and the room must not end by it: compare bytes, cookie.encode(…), or look first."
)
LIVES = "Whoever is far away, or whose datagram gets lost once, needs some seconds: a cookie lives for 30."
BORDER = (
    "The time is cut into spans, and a cookie made at the end of one comes back in the next: look at the span before, "
    "too."
)
DIES = "An old cookie was perhaps read by somebody, or its address is another's by now: the time belongs into the hash."
REPEATED = "Over UDP a datagram may come twice: the second has to get the same answer. Nothing is used up."
KNOWN = (
    "So all that a cookie is made of is known to others, or the same in each room: whoever has this program makes "
    "cookies for any address. "
    'Make a secret in __init__, os.urandom(32), and key the hash with it: hmac.digest(secret, text, "sha256").'
)
RANDOM = (
    "The secret comes from `random`, whose numbers can be computed from those that one has seen: "
    "os.urandom(32) or secrets.token_bytes(32) can't be guessed."
)
CLOCK = "The secret is made of the time at which the room started, which is easily guessed: take os.urandom(32)."
FEW = (
    "There are so few secrets, or they come again so soon, that a stranger tries them all: os.urandom(32) gives one of "
    "more than anybody can try."
)
SPLICED = (
    "The time stands in the cookie, and nothing holds it there: whoever has an old cookie writes a new time into it. "
    "Put the time into the hash too."
)
CHECKSUM = (
    "A checksum finds mistakes, and no forger: from some cookies one computes those of other addresses, without the "
    'secret. Take hmac.digest(secret, text, "sha256").'
)
LEAKS = "Something of the room itself stands in its cookies. If it is the secret, everybody who asks can read it."
HASH = (
    "hash() is made for dictionaries: it is not keyed by your secret, and texts that give the same are found easily. "
    'Take hmac.digest(secret, text, "sha256").'
)
TOLD = (
    "`==` ends at the first letter that differs: by the time that it takes, a stranger finds one letter after the "
    "other. hmac.compare_digest always takes as long."
)
STATE = (
    "Something is kept for each stranger. Whoever forges addresses fills the memory then: "
    "keep the secret alone, and make the cookie again."
)
FORGOTTEN = "There is a bound to what it remembers. Remember nothing: from the secret it can be made again."
SILENT = 'The answer may have as many bytes as the question, and none more: b"" where PROVE_TAG:<cookie> is longer.'
WHOLE = 'The answer is PROVE_TAG: and the cookie that `make` gives, as bytes: ("PROVE_TAG:" + cookie).encode().'


class Room:
    """The learner's Cookies, and what a check asks of them. `who`: which room it is, where there are two."""

    def __init__(self, attempt: Attempt, learner: Any, who: str = "") -> None:
        self._attempt = attempt
        self._who = who
        attempt.did(f"Made {who}Cookies().")
        self.cookies = learner.Cookies()

    def make(self, address: tuple[str, int], now: float) -> str:
        step = f"make({address}, {now:g})"
        self._attempt.did(f"Made {self._who}Cookies(), and called {step}.")
        cookie = self.cookies.make(address, now)
        expect_plain(cookie, "make")
        if not (isinstance(cookie, str) and COOKIE.fullmatch(cookie)):
            means = "A branch of make ends without `return`." if cookie is None else DIGITS
            raise NotYetRight(f"{step} answered {shown(cookie)}. Expected: 16 hexadecimal digits, as a str.", means)
        return cookie

    def holds(
        self, cookie: str, address: tuple[str, int], now: float, expected: bool, means: str, *, story: str = ""
    ) -> None:
        """`story`: where the cookie comes from, half a sentence."""
        step = f"holds({shown(str(cookie))}, {address}, {now:g})"
        self._attempt.did(f"{story}; then called {step}." if story else f"Called {step}.")
        try:
            answer = self.cookies.holds(cookie, address, now)
        except Exception as error:
            if COOKIE.fullmatch(cookie):
                raise
            saw = f"holds raised {type(error).__name__}: {error}. Expected: False."
            raise NotYetRight(saw, ANY_TEXT).with_traceback(error.__traceback__) from None
        expect_plain(answer, "holds")
        if answer is None:
            means = "A branch of holds ends without `return`."
        elif not isinstance(answer, bool):
            means = BOOL
        if answer is not expected:
            raise NotYetRight(f"holds answered {shown(answer)}. Expected: {expected}.", means)


@pytest.fixture
def room(attempt: Attempt, learner: Any) -> Callable[..., Room]:
    return lambda who="": Room(attempt, learner, who)


def test_a_cookie_comes_back(room: Any) -> None:
    """makes a cookie, and knows it when it comes back at once"""
    here = room()
    for address in (ADA, BOB):
        cookie = here.make(address, 10)
        again = (address[0], address[1])  # equal, and another object
        here.holds(cookie, again, 10, True, THE_SAME, story=f"Made a cookie for {address} at 10 s")


def test_for_one_address(room: Any) -> None:
    """lets a cookie count for its own host and port alone"""
    here = room()
    for made_for, other, means in (
        (ADA, (ADA[0], 4001), FOR_ONE),
        (ADA, ("192.0.2.2", 4000), FOR_ONE),
        (ADA, BOB, FOR_ONE),
        (ADA, ("198.51.100.1", 4000), FOR_ONE),
        (ADA, ("192.0.2.2", 3999), FOR_ONE),
        (("192.0.2.1", 2345), ("192.0.2.12", 345), TOGETHER),
    ):
        cookie = here.make(made_for, 10)
        here.holds(cookie, other, 10, False, means, story=f"Made a cookie for {made_for} at 10 s")


def test_any_text(room: Any) -> None:
    """refuses whatever else a stranger sends, and bears any text"""
    here = room()
    cookie = here.make(ADA, 10)
    story = f"Made a cookie for {ADA} at 10 s"
    for text in (other_digit(cookie, 0), other_digit(cookie, 8), other_digit(cookie, 15), "0" * 16):
        here.holds(text, ADA, 10, False, NOT_MADE, story=story)
    for text in ("", cookie[:1], cookie[:15], cookie + "0", f" {cookie}", cookie * 2, f"{cookie}é"):
        here.holds(text, ADA, 10, False, NOT_MADE, story=story)
    for text in ("é" * 16, "٣" * 16, "\0" * 16, "no hex at all...", "-1", "x" * 60_000, "🐍"):
        here.holds(text, ADA, 10, False, NOT_MADE, story=story)
    rng = random.Random(17)
    for _ in range(GUESSES):
        here.holds(f"{rng.getrandbits(64):016x}", ADA, 10, False, NOT_MADE, story=story)


def test_a_while(room: Any) -> None:
    """lets a cookie live for 30 seconds, as often as it comes"""
    for start in STARTS:
        here = room()
        cookie = here.make(ADA, start)
        for age in (0, 1, 15, 29):
            means = LIVES if age == 15 or start % 30 < 1 else BORDER
            here.holds(cookie, ADA, start + age, True, means, story=f"Made a cookie for {ADA} at {start:g} s")
        here.holds(cookie, ADA, start + 29, True, REPEATED, story=f"Asked for a cookie of {start:g} s a second time")


def test_an_old_one(room: Any) -> None:
    """refuses a cookie that is older than 60 seconds"""
    for start in STARTS:
        here = room()
        cookie = here.make(ADA, start)
        for age in (61, 75, 90, 120, 600, 3600, 86_400, 10_000_000):
            here.holds(cookie, ADA, start + age, False, DIES, story=f"Made a cookie for {ADA} at {start:g} s")
    here = room()
    old, new = here.make(ADA, 10), here.make(BOB, 1000)
    story = f"Wrote together an old cookie for {ADA} and a new one for {BOB}"
    for place in range(1, 16):
        for text in (old[:place] + new[place:], new[:place] + old[place:]):
            here.holds(text, ADA, 1000, False, SPLICED, story=story)
    here, made_for = room(), (ADA[0], 4001)
    cookie = here.make(made_for, 60)  # in the third span of 30 s, number 2; at 360 s number 12 begins
    here.holds(cookie, (ADA[0], 400), 360, False, TIME_TOGETHER, story=f"Made a cookie for {made_for} at 60 s")


def test_a_secret(room: Any, attempt: Attempt, learner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """has a secret of its own in each room, which nobody can guess"""
    story = "Made two of Cookies(), and a cookie with the first"
    for moments, when, means in (
        ((1e9, 1.5e9), "at another time", KNOWN),
        ((1e9, 1e9), "at the same time", CLOCK),
    ):
        rooms = []
        for moment in moments:
            monkeypatch.setattr(time, "time", lambda moment=moment: moment)
            monkeypatch.setattr(time, "time_ns", lambda moment=moment: int(moment) * 10**9)
            rooms.append(room("another " if rooms else "one "))
            monkeypatch.undo()
        shown_to = f"{story}; showed it to the second, made {when}"
        rooms[1].holds(rooms[0].make(ADA, 10), ADA, 10, False, means, story=shown_to)
    before = random.getstate()
    try:
        rooms = []
        for _ in range(2):
            random.seed(1)
            rooms.append(room("another "))
    finally:
        random.setstate(before)
    story = f"{story}; before each, called random.seed(1)"
    rooms[1].holds(rooms[0].make(ADA, 10), ADA, 10, False, RANDOM, story=story)
    attempt.did(f"Made {ROOMS:,} of Cookies(), and a cookie with each, for the same address and time.")
    cookies = {learner.Cookies().make(ADA, 10) for _ in range(ROOMS)}
    if len(cookies) < ROOMS:
        raise NotYetRight(f"They gave {len(cookies):,} different cookies. Expected: {ROOMS:,}.", FEW)
    attempt.did("Looked into the file for what the secret and the cookie are made of.")
    tree = ast.parse(attempt.file.source)
    named = set(names_in(tree))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for name in sorted(set(called_in(tree)) - own):
        if name == "hash":
            raise NotYetRight("It calls hash(…).", HASH)
        if name in {"crc32", "adler32"}:
            raise NotYetRight(f"It calls {name}(…).", CHECKSUM)
        if name in CLOCKS and not named & UNKNOWABLE:
            raise NotYetRight(f"It calls {name}(…).", CLOCK)


def test_shows_nothing(room: Any, attempt: Attempt) -> None:
    """shows nothing of the secret in a cookie"""
    askers = [((f"192.0.2.{number}", 5000 + number), 1000.0 * number) for number in range(30)]
    rooms = [room("one "), room("another ")]
    columns = [list(zip(*(each.make(*asker) for asker in askers), strict=True)) for each in rooms]
    attempt.did("Made two of Cookies(), and 30 cookies with each, for other addresses and times.")
    fixed = [
        (place, one[0], other[0])
        for place, (one, other) in enumerate(zip(*columns, strict=True))
        if len(set(one)) == len(set(other)) == 1
    ]
    if [one for _, one, _ in fixed] != [other for _, _, other in fixed]:
        places = ", ".join(str(place + 1) for place, *_ in fixed)
        saw = f"All cookies of one room have the same digits at {places}, and those of the other have others there."
        raise NotYetRight(saw, LEAKS)


def test_tells_nothing_by_time(room: Any) -> None:
    """compares so that the time tells nothing"""
    here = room()
    good = here.make(ADA, 10)
    for cookie, is_good in ((good, True), (other_digit(good, 15), False)):
        told: list[str] = []
        text = Watched(cookie)
        text.watch(good, told)
        here.holds(text, ADA, 10, is_good, NOT_MADE, story=f"Made a cookie for {ADA} at 10 s")
        if told:
            raise NotYetRight(f"holds compared the cookie with the right one by {told[0]}.", TOLD)


def test_no_memory(room: Any, attempt: Attempt) -> None:
    """keeps nothing of strangers, however many there are"""
    here = room()
    first = here.make(ADA, 10)
    here.holds(first, ADA, 10, True, THE_SAME, story=f"Made a cookie for {ADA} at 10 s")
    attempt.did(f"Made cookies for {MANY:,} strangers, each at another address, and looked at one of each two.")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(MANY):
            address = (f"198.51.100.{number % 250}", 1024 + number)
            cookie = here.cookies.make(address, 10)
            if number % 2:
                here.cookies.holds(cookie, address, 10)
            here.cookies.challenge(b" " * 128, address, 10)
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    if kept > SOME_MEMORY:
        raise NotYetRight(f"Afterwards, {kept:,} bytes more were in use.", STATE)
    here.holds(first, ADA, 10, True, FORGOTTEN, story=f"Made a cookie for {ADA}, and then for {MANY:,} others")


def test_challenge(room: Any, attempt: Attempt) -> None:
    """answers a stranger with a cookie, in no more bytes than it sent"""
    here = room()
    longest = len(TAG) + 16
    for address, now in ((ADA, 10), (BOB, 95)):
        for size in (128, 1024, longest + 1, longest, longest - 1, len(TAG), 1, 0):
            question = b"SIGNUP_TAG:ada".ljust(size)[:size]
            expected = TAG + here.make(address, now).encode() if size >= longest else b""
            attempt.did(f"Called challenge with a question of {size} bytes, from {address}, at {now} s.")
            answer = here.cookies.challenge(question, address, now)
            expect_plain(answer, "challenge")
            if not is_answer(answer, expected):
                means = cause(answer, size, longest)
                raise NotYetRight(f"challenge answered {against(answer, expected)}", means)
            attempt.crossed("stranger", "room", question)
            attempt.crossed("room", "stranger", answer)
            if answer:
                story = f"Called challenge with a question of {size} bytes, from {address}, at {now} s"
                here.holds(answer[len(TAG) :].decode(), address, now, True, WHOLE, story=story)


def is_answer(answer: object, expected: bytes) -> bool:
    """Whether it is like `expected`: it may be another cookie that holds."""
    if not expected or not isinstance(answer, bytes):
        return isinstance(answer, bytes) and answer == expected
    return answer.startswith(TAG) and bool(COOKIE.fullmatch(answer[len(TAG) :].decode("utf-8", "replace")))


def cause(answer: object, size: int, longest: int) -> str:
    """Why `answer` to a question of `size` bytes is wrong."""
    if answer is None:
        return 'A branch of challenge ends without `return`. No answer at all is b"".'
    if isinstance(answer, str):
        return "A datagram is bytes: encode() makes bytes of a text."
    if size <= longest:
        return SILENT
    return WHOLE


class Watched(str):
    """A cookie that notes how it is compared with the right one."""

    def watch(self, good: str, told: list[str]) -> None:
        self._good, self._told = good, told

    def _note(self, other: object, how: str) -> None:
        if isinstance(other, str) and str(other) == self._good:
            self._told.append(how)

    def __eq__(self, other: object) -> bool:
        self._note(other, "==")
        return str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        self._note(other, "!=")
        return str.__ne__(self, other) is True

    __hash__ = str.__hash__

    def startswith(self, *arguments: Any) -> bool:
        self._note(arguments[0], "startswith")
        return str.startswith(self, *arguments)

    def encode(self, *arguments: Any, **named: Any) -> bytes:
        data = WatchedBytes(str.encode(self, *arguments, **named))
        data.note = lambda other, how: self._note(other.decode("utf-8", "replace"), how)
        return data


class WatchedBytes(bytes):
    note: Callable[[bytes, str], None]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, bytes):
            self.note(bytes(other), "==")
        return bytes.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = bytes.__hash__


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.ImportFrom(module=str(module)):
                yield module


def called_in(tree: ast.AST) -> Iterator[str]:
    """time(…) and time.time(…), but of hash(…) only Python's own."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.Call(func=ast.Attribute(attr=name)) if name != "hash":
                yield name


def other_digit(cookie: str, place: int) -> str:
    """`cookie` with another digit at `place`."""
    return f"{cookie[:place]}{(int(cookie[place], 16) + 1) % 16:x}{cookie[place + 1 :]}"


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text)} letters)"
