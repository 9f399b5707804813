"""The checks of ex03: a room played by hand, step by step. A message tells all steps up to the one that went wrong.

ADA and BOB are two programs on one machine: their addresses differ in the port alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.sharing import why_shared
from chatlab.room.events import Event, Joined, Left, Refused, Said

NOT_IN = "An address that is not in the room can send as well, or once more; the table has no row for it."

STOPPED = "Python stopped at the line below, for the reason that stands above."


class Host(NamedTuple):
    """An address. A message shows it in one word; a learner's str(…) of it is that of any address."""

    host: str
    port: int

    def __str__(self) -> str:
        return repr(tuple(self))

    def __repr__(self) -> str:
        return next((name for name, address in PEOPLE.items() if address == self), f"{self.host}:{self.port}")


ADA, BOB, EVE = Host("192.0.2.1", 8001), Host("192.0.2.1", 8002), Host("192.0.2.7", 8001)
PEOPLE = {"ADA": ADA, "BOB": BOB, "EVE": EVE}
PART = "That is another nickname than ada, though one is a part of the other: compare the whole, with ==."
OTHERS = {
    "bob": "",
    "ad": PART,
    "adam": PART,
    "a-b": "Nobody has this nickname, and the stub has no fourth case: let it in.",
}
REFUSED = Refused("...")  # any reason will do


class Play:
    """A room of the learner's, and the steps so far, those at an earlier room among them."""

    def __init__(self, attempt: Any, learner: Any, steps: list[str]) -> None:
        self._attempt = attempt
        self._steps = steps
        self._dot = "other." if steps else ""
        self._answers: list[tuple[str, Any, dict[Host, Event]]] = []  # each with its step, and as it was
        self._did(f"{'other' if steps else 'room'} = Room()")
        self.room = learner.Room()

    def join(self, address: Host, nickname: str, expected: dict[Host, Event], means: str = "") -> None:
        self._step("join", (address, nickname), expected, means)

    def say(self, address: Host, text: str, expected: dict[Host, Event], means: str = "") -> None:
        self._step("say", (address, text), expected, means)

    def leave(self, address: Host, expected: dict[Host, Event], means: str = "") -> None:
        self._step("leave", (address,), expected, means)

    def _step(self, method: str, given: tuple[object, ...], expected: dict[Host, Event], means: str) -> None:
        self._did(f"{self._dot}{method}({', '.join(map(repr, given))})")
        try:
            answer = getattr(self.room, method)(*map(copied, given))
        except (LookupError, ValueError) as error:
            saw = f"The last step raised {type(error).__name__}: {error}. Expected: {shown(expected)}."
            if not means and error.args == given[:1]:
                means = NOT_IN
            raise NotYetRight(saw, means or STOPPED).with_traceback(error.__traceback__) from None
        expect_plain(answer, method)
        if any_reason(answer) != expected:
            saw = f"After the last step: {shown(answer)}. Expected: {shown(expected)}."
            raise NotYetRight(
                saw, cause(answer, expected, given[0]) or means or usual_cause(answer, expected, given[0])
            )
        self._expect_no_change()
        self._answers.append((self._steps[-1], answer, dict(answer)))

    def _expect_no_change(self) -> None:
        for step, answer, before in self._answers:
            if answer != before:
                saw = f"The answer to {step} was: {shown(before)}. After the last step, it is: {shown(answer)}."
                raise NotYetRight(saw, "Whoever has an answer may still need it: make a new dictionary in each step.")

    def _did(self, step: str) -> None:
        self._steps.append(step)
        self._attempt.did(f"Played {', '.join(self._steps)}.")


def copied(value: Any) -> Any:
    """The same once more, in another object: whoever compares by `is` finds it different."""
    return Host(*value) if isinstance(value, Host) else "".join(list(value))


@pytest.fixture
def play(learner: Any, attempt: Any) -> Callable[[], Play]:
    steps: list[str] = []
    return lambda: Play(attempt, learner, steps)


def test_two_come_in_and_talk(play: Any) -> None:
    """two come in and hear each other, and themselves"""
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.join(BOB, "bob", {ADA: Joined("bob"), BOB: Joined("bob")})
    room.say(ADA, "Hi!", {ADA: Said("ada", "Hi!"), BOB: Said("ada", "Hi!")})
    room.say(BOB, "Hello!", {ADA: Said("bob", "Hello!"), BOB: Said("bob", "Hello!")})


def test_one_leaves(play: Any) -> None:
    """the others hear who leaves, and who has left hears nothing"""
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.join(BOB, "bob", dict.fromkeys((ADA, BOB), Joined("bob")))
    room.join(EVE, "eve", dict.fromkeys((ADA, BOB, EVE), Joined("eve")))
    room.leave(BOB, dict.fromkeys((ADA, EVE), Left("bob")))
    room.say(EVE, "Bye, bob!", dict.fromkeys((ADA, EVE), Said("eve", "Bye, bob!")))
    room.leave(ADA, {EVE: Left("ada")})
    room.leave(EVE, {}, "The last one leaves: nobody is left to hear of it.")
    back = "Who has left may come in again, like anybody else."
    room.join(BOB, "bob", {BOB: Joined("bob")}, back)
    room.join(ADA, "ada", dict.fromkeys((ADA, BOB), Joined("ada")), back)


def test_a_nickname_belongs_to_one(play: Any) -> None:
    """a nickname belongs to one at a time, in small letters or capitals"""
    taken = "While ada is here nobody else gets her nickname, and nobody but the asker hears of the attempt."
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.join(BOB, "ada", {BOB: REFUSED}, taken)
    room.join(BOB, "ADA", {BOB: REFUSED}, "ADA and ada are too easily mixed up: compare nicknames by casefold().")
    room.say(
        ADA, "Alone?", {ADA: Said("ada", "Alone?")}, "Who was refused is not in the room: it has no row in the table."
    )
    room.join(BOB, "bob", dict.fromkeys((ADA, BOB), Joined("bob")), "Who was refused may ask again, for another one.")
    every = "Every row of the table is to be compared, from the first to the last, before somebody new gets a row."
    room.join(EVE, "ada", {EVE: REFUSED}, every)
    room.join(EVE, "bob", {EVE: REFUSED}, every)
    room.leave(BOB, {ADA: Left("bob")})
    room.join(BOB, "Bob", dict.fromkeys((ADA, BOB), Joined("Bob")), "Who has left may come in again.")
    room.join(EVE, "bob", {EVE: REFUSED}, "Bob and bob are too easily mixed up: both are to be casefolded.")
    room.leave(BOB, {ADA: Left("Bob")})
    free = "When somebody has left, the nickname is free again, also in other letters."
    room.join(EVE, "bob", dict.fromkeys((ADA, EVE), Joined("bob")), free)
    room.join(BOB, "Strauß", dict.fromkeys((ADA, BOB, EVE), Joined("Strauß")))
    room.leave(EVE, dict.fromkeys((ADA, BOB), Left("bob")))
    sharp = "ß in capitals is SS. lower() leaves ß as it is; casefold() makes ss of it, so that the two are alike."
    room.join(EVE, "STRAUSS", {EVE: REFUSED}, sharp)


def test_other_nicknames_are_free(play: Any) -> None:
    """lets in everybody else, whatever the nickname"""
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    for nickname, means in OTHERS.items():
        room.join(EVE, nickname, dict.fromkeys((ADA, EVE), Joined(nickname)), means)
        room.leave(EVE, {ADA: Left(nickname)})


def test_who_is_in_asks_again(play: Any) -> None:
    """who is in already keeps the nickname"""
    again = (
        "Its first answer may have been lost, so it asks again: it alone is told, and for the others nothing happened."
    )
    other = "Who is in has one nickname; a second one is refused, and the table stays as it was."
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.join(BOB, "bob", dict.fromkeys((ADA, BOB), Joined("bob")))
    room.join(BOB, "bob", {BOB: Joined("bob")}, again)
    room.join(BOB, "robert", {BOB: REFUSED}, other)
    room.join(BOB, "BOB", {BOB: REFUSED}, "BOB is not exactly the nickname that it has, which is bob: Refused.")
    room.join(BOB, "ada", {BOB: REFUSED}, other)
    room.say(BOB, "Me?", dict.fromkeys((ADA, BOB), Said("bob", "Me?")), other)
    room.join(EVE, "robert", dict.fromkeys((ADA, BOB, EVE), Joined("robert")), "A refused nickname is not taken.")
    twice = "BOB had asked to come in more than once: that makes one row in the table, and no second one."
    room.leave(BOB, dict.fromkeys((ADA, EVE), Left("bob")), twice)
    room.say(EVE, "Bye!", dict.fromkeys((ADA, EVE), Said("robert", "Bye!")), twice)


def test_strangers(play: Any) -> None:
    """who is not in can neither speak nor leave"""
    room = play()
    room.say(EVE, "Hello?", {EVE: REFUSED}, NOT_IN)
    room.leave(EVE, {}, NOT_IN)
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.say(EVE, "Hello?", {EVE: REFUSED}, "What a stranger says is for nobody: it alone hears that it was refused.")
    room.leave(EVE, {}, NOT_IN)
    room.leave(ADA, {}, "Nobody is left to hear of it.")
    room.leave(ADA, {}, "A sign-out may come twice: to leave once more does nothing.")
    room.say(ADA, "One more thing", {ADA: REFUSED}, "Who has left is a stranger again.")


def test_names_in_texts_are_texts(play: Any) -> None:
    """the table says who speaks, whatever the text claims"""
    claim = "The nickname comes from the table, by the address; a name in the text is part of the text."
    room = play()
    room.join(ADA, "ada", {ADA: Joined("ada")})
    room.join(EVE, "eve", dict.fromkeys((ADA, EVE), Joined("eve")))
    said = Said("eve", "ada: I give up")
    room.say(EVE, "ada: I give up", dict.fromkeys((ADA, EVE), said), claim)
    for text in ("  two spaces  ", "ALL Capitals", "a tab\tand a line\n", ""):
        room.say(EVE, text, dict.fromkeys((ADA, EVE), Said("eve", text)), "A text is said as it came.")


def test_two_rooms(play: Any) -> None:
    """two rooms know nothing of each other"""
    first, second = play(), play()
    first.join(ADA, "ada", {ADA: Joined("ada")})
    shared = why_shared(first.room, second.room)
    second.join(BOB, "bob", {BOB: Joined("bob")}, shared)
    second.join(EVE, "ada", dict.fromkeys((BOB, EVE), Joined("ada")), shared)


def any_reason(answer: object) -> object:
    """`answer` with its reasons for a refusal left out."""
    if not isinstance(answer, dict):
        return answer
    return {who: REFUSED if has_a_reason(event) else event for who, event in answer.items()}


def has_a_reason(event: object) -> bool:
    return isinstance(event, Refused) and isinstance(event.reason, str) and bool(event.reason.strip())


def cause(answer: object, expected: dict[Host, Event], actor: object) -> str:
    """What is wrong whatever the step is about; '' if nothing of that kind."""
    if answer is None:
        return "None of your branches is for this one, or the one that is has no `return` with a dictionary behind it."
    if not isinstance(answer, dict):
        return "The answer is to be a dictionary of addresses and events: {address: event}."
    if any(not isinstance(event, Event) for event in answer.values()):
        return "Each value is to be an event: Joined(…), Said(…), Left(…) or Refused(…)."
    if any(not isinstance(who, Host) for who in answer):
        return "Each key is to be an address: who hears it."
    if any(isinstance(event, Refused) and not has_a_reason(event) for event in answer.values()):
        return 'A refusal has a reason, a text in your own words: Refused("…").'
    if len(expected) > 1 and actor in expected and expected.keys() - answer.keys() == {actor}:
        return "In the UDP room people hear themselves: that is how they know that it worked."
    if answer.keys() == expected.keys():
        return cause_in_events(list(answer.values()), list(expected.values()))
    return ""


def cause_in_events(answer: list[Event], expected: list[Event]) -> str:
    for own, event in zip(answer, expected, strict=True):
        if isinstance(own, Said) and isinstance(event, Said):
            if (own.text, own.nickname) == (event.nickname, event.text):
                return "The nickname comes first, then the text: Said(nickname, text)."
            if isinstance(own.nickname, Host) or own.nickname in map(str, PEOPLE.values()):
                return "That is the speaker's address; the table has the nickname that belongs to it."
    if repr(answer).casefold() == repr(expected).casefold():
        return "A nickname is shown as it was asked for: casefold it only to compare."
    if {type(event) for event in answer} == {type(event) for event in expected} == {Left}:
        return "That is not the nickname of who left: an address and its nickname belong in one row of one table."
    return ""


def usual_cause(answer: Any, expected: dict[Host, Event], actor: object) -> str:
    if any(isinstance(event, Left) for event in expected.values()) and answer.keys() - expected.keys() == {actor}:
        return (
            "Who leaves is not in the room any more, and hears nothing of it: first take it out, then see who is left."
        )
    if expected.keys() - answer.keys():
        return "All who are in the table hear it: go over the whole table."
    if answer.keys() - expected.keys():
        return "Somebody hears it who is not in the room any more: is the row of whoever left gone?"
    return "The right people hear it, and the wrong thing: compare the two."


def shown(answer: object) -> str:
    if answer == {}:
        return "nobody hears anything"
    if not isinstance(answer, dict):
        return repr(answer)
    heard: dict[str, list[str]] = {}
    for who, event in answer.items():
        heard.setdefault("Refused(…)" if has_a_reason(event) else repr(event), []).append(repr(who))
    return ", ".join(
        f"{' and '.join(who)} {'hear' if len(who) > 1 else 'hears'} {event}" for event, who in heard.items()
    )
