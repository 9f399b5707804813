"""The checks of ex18: a Bridge between a server and a broker, both of which are played by the check, as is the time.
A message tells the steps up to the one that went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.attempt.attempt import Attempt
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.room.events import Joined, Left, RoomEvent, Said

LAST = 6  # steps that a message tells

AT_ONCE = "A server delivers to its own members at once: it waits neither for the broker nor for anything to come back."
NOT_TOLD = "The members of the other servers hear only what is published, in the order in which it is published."
FORM = "publish takes one thing, the tuple (server, number, event), whose server is the name that __init__ was told."
NUMBERS = (
    "A server's first message has the number 1, the next one 2 …: by them the others know what comes twice. Only what "
    "is published is counted, and the count never begins again."
)
ECHO = (
    "What came from the broker has reached all servers. Who publishes it once more makes an echo, to which the others "
    "answer with theirs, without end."
)
NOT_HEARD = "Nobody else tells the members of this server: deliver the event of each message that is new."
NO_GAPS = "Numbers may be missing, as the broker loses what it can't bring: nobody waits for them. Larger means newer."
UNSEEN = "That sam came in was lost on the way: numbers are missing. What is said is news, whoever says it."
EACH_ITS_OWN = "Each server counts its own messages: remember the last number of each, in a dict."
SAME_TEXT = "People do say the same again. What comes twice has the same number, and only that is dropped."
STILL_THERE = "None says that the server is still there: nothing has happened that members are to hear."
OWN = "Its own message comes back from the broker, and its members have heard it already: look at the server's name."
BY_NAME = "A nickname tells no server: whoever has left here may come in on another one. Compare the server's name."
TWICE = "The broker has brought this number of this server before: remember the largest, and drop what is not larger."
TAKEN = "store.create says by KeyError that another server has the key: nobody comes in then, and nothing is said."
NO_CLAIM = (
    "Two people on two servers have the same nickname now. Only the store can know: create the keys before anything "
    "is said."
)
LOOKALIKE = "To a reader it is the same nickname: what is created are its look-alike keys, lookalike_keys(nickname)."
LET_IN = (
    "Nobody has that nickname: it comes in. (store.create returns nothing: that a key is taken it says by KeyError.)"
)
HALF = "One of its two keys was taken. The other one has to be given back, or nobody ever gets it."
ALL_KEYS = "A nickname may have two keys. Create both, or whoever has the other one looks the same."
FREE = "Who leaves gives its nickname back: delete all of its keys, on the store."
NOT_ITS = "That key is another server's."
TOO_EARLY = "A server speaks at least every 2 seconds. Only after 10 seconds of silence is it gone."
ANY_SIGN = "Whatever a server publishes shows that it is there: its last message came less than 10 seconds ago."
GONE = (
    "Nobody says goodbye for a server that was killed: its members leave when it has been silent for 10 seconds, by "
    "the `now` of hear and tick."
)
ONCE = "That was told already: who has left is on no server any more."
OURS = "They are here, on our own server, which is there as long as it calls tick."
EACH_FOR_ITSELF = "Each server misses the silent one by itself, and tells its own members alone."
BEAT = "By None, at each tick, the others know that this server is there, though nobody says anything."
DEAD_NAMES = (
    "Its members will never come to give their nicknames back: delete their keys, with the name of their server."
)
GOES_ON = "The members of this server hear each other, with the broker or without it."
NO_BROKER = "The broker is gone: whoever calls it waits, or gets an error. `down` says so; remember it."
NOBODY_NEW = "Without the broker nobody can tell whether a nickname is free on the other servers: False."
LATE = "What was said meanwhile comes too late: it would stand among other talk. Only who has left is still news."
WHO_LEFT = "The others believe that who left meanwhile is still here: publish Left when the broker is back."
NOT_GONE = "The broker is gone, and the other servers may well be there, with all who are on them: nobody has left."
NOT_NEW = "Who came in before was published then, and is still in. Only who has left meanwhile is news."
HEARD_IT = "The members here have heard it when it happened."
KEYS_LATER = "The keys of who left meanwhile are still this server's: delete them when the broker is back."
ANEW = "While the broker was gone, nobody could be heard: count the 10 seconds from `up` on, for each server."
NO_MORE = "It was published when the broker came back the last time."
BOOL = "join answers whether somebody is in: True or False."


class Play:
    """The learner's Bridge, and the server and the broker around it."""

    def __init__(self, attempt: Attempt, learner: Any, server: str) -> None:
        self._attempt = attempt
        self.server = server
        self._steps: list[str] = []
        self._is_up = True
        self._count = 0
        self._delivered: list[Any] = []
        self._published: list[Any] = []
        self._trespasses: list[str] = []
        self.keys: dict[str, str] = {}
        self._here: set[str] = set()
        self._have_left: set[str] = set()
        self._did(f'Bridge("{server}", …)')
        self.bridge = learner.Bridge("".join(list(server)), self._publish, self._deliver, self)

    # What the learner's code calls.

    def _publish(self, message: Any, *more: Any) -> None:
        self._ask("publish")
        self._published.append([message, *more] if more else message)

    def _deliver(self, event: Any) -> None:
        self._delivered.append(event)

    def create(self, key: str, server: str) -> None:
        self._ask("store.create")
        if key in self.keys:
            raise KeyError(key)
        self.keys[key] = server

    def delete(self, key: str, server: str) -> None:
        self._ask("store.delete")
        if self.keys.get(key) == server:
            del self.keys[key]

    def _ask(self, name: str) -> None:
        if not self._is_up:
            self._trespasses.append(name)

    # What the checks call.

    def join(self, nickname: str, expected: bool, means: str = LET_IN) -> None:
        event = [Joined(nickname)] if expected else []
        answer = self._call("join", nickname)
        if not isinstance(answer, bool):
            raise NotYetRight(f"join answered {answer!r}. Expected: {expected}.", BOOL)
        if answer is not expected:
            raise NotYetRight(f"join answered {answer}. Expected: {expected}.", means)
        self._compare(event, event, AT_ONCE if expected else means, NOT_TOLD if expected else means)
        if expected:
            self._here.add(nickname)

    def say(self, nickname: str, text: str, means: str = NOT_TOLD) -> None:
        event = [Said(nickname, text)]
        self._call("say", nickname, text)
        self._compare(event, event if self._is_up else [], AT_ONCE if self._is_up else GOES_ON, means)

    def leave(self, nickname: str) -> None:
        event = [Left(nickname)]
        self._call("leave", nickname)
        self._here.discard(nickname)
        self._compare(event, event if self._is_up else [], AT_ONCE if self._is_up else GOES_ON, NOT_TOLD)

    def hear(self, server: str, number: int, event: RoomEvent | None, now: float, means: str = "") -> None:
        """`means`: it is dropped, and why; '': it is new."""
        self._call("hear", ("".join(list(server)), number, event), now)
        if isinstance(event, Left):
            self._have_left.add(event.nickname)
        self._compare(
            [] if means or event is None else [event], [], means or (NOT_HEARD if event else STILL_THERE), ECHO
        )

    def hear_new(self, server: str, number: int, event: RoomEvent, now: float, means: str) -> None:
        """`means`: why somebody could take it for something to drop."""
        self._call("hear", (server, number, event), now)
        self._compare([event], [], means, ECHO)

    def tick(self, now: float, left: Iterable[str] = (), means: str = "") -> None:
        """Who is to have `left` then, in any order."""
        self._call("tick", now)
        self._delivered.sort(key=repr)
        published = [None] if self._is_up else []
        told = self._published_events()
        said = EACH_FOR_ITSELF if any(event is not None for event in told) else BEAT
        for event in self._delivered:
            if event not in map(Left, left) and isinstance(event, Left):
                means = self._why_not(event.nickname, means)
        self._compare([Left(each) for each in sorted(left)], published, means, said)

    def _why_not(self, nickname: str, means: str) -> str:
        """Why it has not left now."""
        if nickname in self._here:
            return OURS
        if nickname in self._have_left:
            return ONCE
        return ANY_SIGN if means == GONE else means

    def down(self) -> None:
        self._call("down")
        self._is_up = False
        self._compare([], [], NOT_GONE if has(Left, self._delivered) else HEARD_IT, NO_BROKER)

    def up(self, now: float, left: Iterable[str], means: str) -> None:
        self._is_up = True
        self._call("up", now)
        told = [
            event for event in self._published_events() if event is not None
        ]  # to say that one is there does no harm
        if has(Said, told):
            means = LATE
        elif has(Joined, told):
            means = NOT_NEW
        self._compare([], [Left(each) for each in left], HEARD_IT, means, told=told)

    def has(self, expected: dict[str, str], means: str) -> None:
        """Which keys the store has, and of which servers."""
        if self.keys != expected:
            saw = f"In the store then: {keys_shown(self.keys)}. Expected: {keys_shown(expected)}."
            raise NotYetRight(saw, means)

    def _call(self, method: str, *given: Any) -> Any:
        self._delivered.clear()
        self._published.clear()
        self._did(f"{method}({', '.join(map(shown, given))})")
        try:
            answer = getattr(self.bridge, method)(*given)
        except KeyError as error:
            if method != "join" or error.args[0] not in self.keys:
                raise
            saw = f"join raised KeyError: {error}. Expected: False."
            raise NotYetRight(saw, TAKEN).with_traceback(error.__traceback__) from None
        expect_plain(answer, method)
        if self._trespasses:
            raise NotYetRight(f"{self._trespasses[0]} was called. Expected: no call to the broker.", NO_BROKER)
        return answer

    def _published_events(self) -> list[Any]:
        return [message[2] for message in self._published if isinstance(message, tuple) and len(message) == 3]

    def _compare(
        self,
        delivered: list[Any],
        published: list[Any],
        if_delivered: str,
        if_published: str,
        *,
        told: list[Any] | None = None,
    ) -> None:
        if self._delivered != delivered:
            saw = f"Delivered then: {events_shown(self._delivered)}. Expected: {events_shown(delivered)}."
            raise NotYetRight(saw, if_delivered)
        for message in self._published:
            self._count += 1
            if not isinstance(message, tuple) or len(message) != 3 or message[0] != self.server:
                saw = f"Published then: {shown(message)}. Expected: ({self.server!r}, {self._count}, …)."
                raise NotYetRight(saw, FORM)
        told = self._published_events() if told is None else told
        if told != published:
            saw = f"Published then: {events_shown(told)}. Expected: {events_shown(published)}."
            raise NotYetRight(saw, if_published)
        numbers = [message[1] for message in self._published]
        expected = list(range(self._count - len(numbers) + 1, self._count + 1))
        if numbers != expected:
            raise NotYetRight(f"Published then with the number {numbers[0]!r}. Expected: {expected[0]}.", NUMBERS)

    def _did(self, step: str) -> None:
        self._steps.append(step)
        before = "…, " if len(self._steps) > LAST else ""
        self._attempt.did(f"Played {before}{', '.join(self._steps[-LAST:])}.")


def has(kind: type, events: list[Any]) -> bool:
    return any(isinstance(event, kind) for event in events)


def shown(value: object) -> str:
    text = repr(value)
    for name in ("nickname=", "text="):
        text = text.replace(name, "")
    return text if len(text) <= 80 else f"{text[:80]}…"


def events_shown(events: list[Any]) -> str:
    return ", ".join(map(shown, events)) or "nothing"


def keys_shown(keys: dict[str, str]) -> str:
    return ", ".join(f"{key!r} of {server!r}" for key, server in sorted(keys.items())) or "nothing"


@pytest.fixture
def play(attempt: Attempt, learner: Any) -> Callable[..., Play]:
    return lambda server="one": Play(attempt, learner, server)


def test_says_it(play: Any) -> None:
    """tells its own members at once, and publishes it for the others"""
    for server in ("one", "b7"):
        here = play(server)
        here.join("ada", True)
        here.say("ada", "Hi!")
        here.join("bob", True)
        here.say("bob", "Hello!")
        here.say("ada", "Hi!")
        here.say("ada", "")
        here.leave("bob")


def test_hears(play: Any) -> None:
    """tells its members what happens on the other servers"""
    here = play()
    here.join("ada", True)
    here.hear("two", 1, Joined("bob"), 0)
    here.hear("two", 2, Said("bob", "Hi!"), 0)
    here.hear("two", 3, None, 1)
    here.hear_new("two", 4, Said("bob", "Hi!"), 1, SAME_TEXT)
    here.hear_new("three", 1, Joined("eve"), 1, EACH_ITS_OWN)
    here.hear_new("two", 7, Said("bob", "Are you there?"), 2, NO_GAPS)
    here.hear_new("three", 2, Said("eve", "Yes"), 2, EACH_ITS_OWN)
    here.hear("three", 3, Left("eve"), 3)
    here.hear_new("two", 8, Said("sam", "Bye"), 3, UNSEEN)
    here.hear_new("two", 9, Left("sam"), 3, UNSEEN)
    here.say("ada", "Yes")


def test_its_own(play: Any) -> None:
    """drops what comes back of its own, and nothing else"""
    here = play()
    here.join("ada", True)
    here.hear("one", 1, Joined("ada"), 0, OWN)
    here.say("ada", "Hi!")
    here.leave("ada")
    here.hear("one", 2, Said("ada", "Hi!"), 0, OWN)
    here.hear("one", 3, Left("ada"), 0, OWN)
    here.hear_new("two", 1, Joined("ada"), 1, BY_NAME)
    here.hear_new("two", 2, Said("ada", "Hi!"), 1, BY_NAME)
    here.join("eve", True)
    here.hear("one", 4, Joined("eve"), 2, OWN)
    here.hear_new("two", 3, Said("ada", "Hello, eve"), 2, BY_NAME)


def test_nothing_twice(play: Any) -> None:
    """tells nothing twice that the broker brings twice"""
    here = play()
    here.hear("two", 1, Joined("bob"), 0)
    here.hear("two", 1, Joined("bob"), 0, TWICE)
    here.hear("two", 2, Said("bob", "Hi!"), 0)
    here.hear("three", 1, Joined("eve"), 0)
    here.hear_new("two", 4, Said("bob", "Hi!"), 0, SAME_TEXT)
    for number, event in ((4, Said("bob", "Hi!")), (2, Said("bob", "Hi!")), (1, Joined("bob"))):
        here.hear("two", number, event, 1, TWICE)
    here.hear_new("two", 5, Said("bob", "Hi!"), 1, SAME_TEXT)
    here.hear("three", 1, Joined("eve"), 1, TWICE)


def test_one_of_a_name(play: Any) -> None:
    """lets in a nickname only if nobody has it on any server"""
    here = play()
    here.keys["ada"] = "two"
    here.join("ada", False, NO_CLAIM)
    here.join("Ada", False, LOOKALIKE)
    here.join("\u0430da", False, LOOKALIKE)
    here.join("eve", True)
    here.has({"ada": "two", "eve": "one"}, NO_CLAIM)
    here.join("Il", True)
    here.has({"ada": "two", "eve": "one", "il": "one", "ll": "one"}, ALL_KEYS)
    for key in ("i", "l"):
        here = play()
        here.keys[key] = "two"
        here.join("I", False, ALL_KEYS)
        here.has({key: "two"}, HALF)
        del here.keys[key]
        here.join("I", True, LET_IN)


def test_a_name_is_free_again(play: Any) -> None:
    """gives back the nickname of who leaves"""
    here = play()
    here.keys["tom"] = "two"
    for nickname in ("ada", "Il"):
        here.join(nickname, True)
        here.leave(nickname)
        here.has({"tom": "two"}, FREE)
        here.join(nickname, True, FREE)
        here.leave(nickname)


def test_a_silent_server(play: Any) -> None:
    """takes the members of a server that is silent for 10 seconds out, each once"""
    here = play()
    here.join("ada", True)
    here.hear("one", 1, Joined("ada"), 0, OWN)
    for number, nickname in enumerate(("bob", "Il", "sam"), 1):
        here.hear("two", number, Joined(nickname), 0)
    here.hear("two", 4, Left("sam"), 0)
    here.hear("three", 1, Joined("eve"), 0)
    here.keys |= {"bob": "two", "il": "two", "ll": "two", "eve": "three"}
    here.tick(1, (), TOO_EARLY)
    here.hear("three", 2, Said("eve", "Hi!"), 8)
    here.tick(9, (), TOO_EARLY)
    here.tick(11, ("Il", "bob"), GONE)
    here.has({"ada": "one", "eve": "three"}, DEAD_NAMES)
    here.tick(13, (), ONCE)
    here.join("bob", True, DEAD_NAMES)
    here.hear("three", 3, None, 17)
    here.tick(21, (), ANY_SIGN)
    here.has({"ada": "one", "bob": "one", "eve": "three"}, ANY_SIGN)
    here.tick(28, ("eve",), GONE)
    here.tick(60, (), ONCE)


def test_without_a_broker(play: Any) -> None:
    """goes on for its own members while the broker is gone"""
    here = play()
    here.join("ada", True)
    here.join("bob", True)
    here.hear("two", 1, Joined("eve"), 0)
    here.down()
    here.say("ada", "Is anybody there?")
    here.say("bob", "I am")
    here.join("tom", False, NOBODY_NEW)
    here.tick(5, (), ANEW)
    here.leave("bob")
    here.tick(30, (), ANEW)
    here.say("ada", "Bye, bob")


def test_one_room_again(play: Any) -> None:
    """is one room with the others again when the broker is back"""
    here = play()
    for nickname in ("ada", "bob", "Il"):
        here.join(nickname, True)
    here.hear("two", 1, Joined("eve"), 0)
    here.keys["eve"] = "two"
    here.down()
    here.say("ada", "Alone")
    here.leave("bob")
    here.leave("Il")
    here.up(40, ("bob", "Il"), WHO_LEFT)
    here.has({"ada": "one", "eve": "two"}, KEYS_LATER)
    here.say("ada", "Together")
    here.tick(42, (), ANEW)
    here.hear("two", 1, Joined("eve"), 43, TWICE)
    here.hear_new("two", 9, Said("eve", "Hello!"), 43, NO_GAPS)
    here.join("bob", True, KEYS_LATER)
    here.down()
    here.up(60, (), NO_MORE)
    here.has({"ada": "one", "bob": "one", "eve": "two"}, NO_MORE)
    here.tick(65, (), ANEW)
    here.tick(71, ("eve",), GONE)
