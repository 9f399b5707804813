"""The checks of ex01, on real sockets: ada and bob have sent their messages before send_receipts is called.

So whatever it asks for is there, and one receive too many is known for what it is.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.lent_socket import LentSocket

LARGEST = 65_507
PATIENCE = 0.5  # seconds, for a datagram that is on its way, or never comes
Letter = tuple[str, str]  # who sends it, and the text
EMPTY = "An empty datagram is a message of 0 characters; over UDP it ends nothing."


class WatchedSocket(LentSocket):
    """It notes what it sends, and says so when it is asked for more than there is."""

    def __init__(self) -> None:
        super().__init__()
        self.settimeout(PATIENCE)
        self.sent: list[tuple[bytes, Any]] = []  # and where to
        self.taken = 0

    def recvfrom(self, *arguments: Any) -> Any:
        return self._take(super().recvfrom, arguments)

    def recv(self, *arguments: Any) -> Any:
        return self._take(super().recv, arguments)

    def sendto(self, data: Any, address: Any) -> int:  # type: ignore[override]
        self.check_open()
        if isinstance(data, str):
            raise NotYetRight(
                f"sock.sendto(…) was given a text: {shown(data)}.",
                "A socket sends bytes and nothing else: a text becomes bytes by its method encode().",
            )
        number = super().sendto(data, address)
        self.sent.append((bytes(data), address))
        return number

    def send(self, *arguments: Any) -> int:
        raise NotYetRight(
            "sock.send(…) was called, which has no parameter for an address.",
            "This socket is not tied to one partner: sock.sendto(data, address) says each time where to.",
        )

    def check_open(self) -> None:
        if self.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not send_receipts.")

    def _take(self, receive: Any, arguments: Any) -> Any:
        self.check_open()
        try:
            taken = receive(*arguments)
        except TimeoutError:
            raise NotYetRight(
                f"It asked for one more message after {self.taken}, and no more had been sent.",
                "Each message is to be received once, and `count` says how many: one receive for one message.",
            ) from None
        self.taken += 1
        return taken


@pytest.fixture
def sock() -> Iterator[WatchedSocket]:
    with WatchedSocket() as sock:
        yield sock


@pytest.fixture
def people() -> Iterator[dict[str, WatchedSocket]]:
    with WatchedSocket() as ada, WatchedSocket() as bob:
        yield {"ada": ada, "bob": bob}


@pytest.fixture
def check(learner: Any, attempt: Any, sock: WatchedSocket, people: dict[str, WatchedSocket]) -> Any:
    def check(*letters: Letter, count: int | None = None) -> None:
        count = len(letters) if count is None else count
        sent = ", ".join(f"{name} had sent {shown(text)}" for name, text in letters)
        attempt.did(f"Called send_receipts(sock, {count}), after {sent}.")
        names = {own.getsockname(): name for name, own in (("sock", sock), *people.items())}
        sock.before_send = lambda data, address: attempt.crossed("sock", names.get(address, "somebody else"), data)
        for name, text in letters:
            people[name].sendto(text.encode(), sock.getsockname())
            attempt.crossed(name, "sock", text.encode())
        answer = learner.send_receipts(sock, count)
        sock.check_open()
        if not sock.sent and not any(is_waiting(person) for person in people.values()):
            raise NotYetRight(
                "Nothing was sent with sock.sendto(…).", cause_of_silence(letters[0][1], answer, attempt.printed)
            )
        check_inboxes(letters[:count], sock, people)

    return check


def test_answers_a_message(check: Any) -> None:
    """answers one message with a receipt"""
    check(("ada", "hello"))


def test_counts_characters(check: Any) -> None:
    """counts characters, not bytes, and every one of them"""
    check(("ada", "Olé 🐍"), ("ada", "  two spaces  "))


def test_answers_who_sent_it(check: Any) -> None:
    """sends each receipt to whoever sent the message"""
    check(("ada", "one"), ("bob", "and two"), ("ada", "and three"))


def test_takes_an_empty_message_for_one(check: Any) -> None:
    """answers an empty message too"""
    check(("ada", ""), ("bob", "after the empty one"))


def test_takes_the_largest_message_whole(check: Any) -> None:
    """receives the largest message whole"""
    check(("ada", "x" * LARGEST))


def test_takes_no_more_than_it_is_told(check: Any, sock: WatchedSocket) -> None:
    """receives as many messages as it is asked for, and leaves the rest"""
    check(("ada", "one"), ("bob", "and two"), ("bob", "this one stays"), count=2)
    if not is_waiting(sock):
        raise NotYetRight("The third message is gone.", "Each receive takes a message away: two receives for count=2.")


def check_inboxes(letters: tuple[Letter, ...], sock: WatchedSocket, people: dict[str, WatchedSocket]) -> None:
    texts = {name: [text for sender, text in letters if sender == name] for name in people}
    expected = {name: [receipt(len(text)) for text in texts[name]] for name in people}
    got = {name: inbox(people[name], len(expected[name]), sock) for name in people}
    for name in people:
        if got[name] != expected[name]:
            saw = f"{name} got: {listed(got[name])}. Expected: {listed(expected[name])}."
            raise NotYetRight(saw, cause(name, texts[name], got, expected, sock))


def inbox(person: WatchedSocket, count: int, sock: WatchedSocket) -> list[str]:
    """The texts of the datagrams that `person` got: `count`, and any beyond that."""
    texts = []
    with contextlib.suppress(TimeoutError, BlockingIOError):
        while True:
            person.settimeout(PATIENCE if len(texts) < count else 0)
            data, address = socket.socket.recvfrom(person, LARGEST)
            if address != sock.getsockname():
                raise NotYetRight(
                    "The receipt came from another address than the message had been sent to.",
                    "Answer with the socket that you were given: the other side knows no other address.",
                )
            texts.append(data.decode("utf-8", "backslashreplace"))
    return texts


def cause(
    name: str, texts: list[str], got: dict[str, list[str]], expected: dict[str, list[str]], sock: WatchedSocket
) -> str:
    mine, wanted = got[name], expected[name]
    if sorted(chain(*got.values())) == sorted(chain(*expected.values())):
        return "The receipts are right, but they went to the wrong one: recvfrom also returns who sent this message."
    if any(address == sock.getsockname() for _, address in sock.sent):
        return "The receipt went to the socket itself: sock.getsockname() is its own address, not the sender's."
    if len(mine) > len(wanted) and "".join(mine) == "".join(wanted):
        return "Each sendto is a message of its own: send the whole receipt with one."
    if len(mine) > len(wanted):
        return "More was answered than was asked for: `count` says how many messages to take."
    if len(mine) < len(wanted):
        return cause_of_too_few(texts, sock)
    pairs = list(zip(texts, mine, strict=False))
    if any(own == receipt(len(text.encode())) != receipt(len(text)) for text, own in pairs):
        return "len(…) of bytes counts bytes; é is 2 of them in UTF-8, 🐍 is 4. Decode first, then count."
    if any(own == receipt(len(str(text.encode()))) for text, own in pairs):
        return "str(…) of bytes is how Python shows them, with b'' around: message.decode() is the text."
    if any(own == receipt(len(text.strip())) != receipt(len(text)) for text, own in pairs):
        return "Spaces are characters too: count the text as it came."
    if any(own.removesuffix(" characters").isdecimal() and int(own.split()[0]) < len(text) for text, own in pairs):
        return f"The number in recvfrom(…) was too small, and the rest of the datagram is lost: {LARGEST} is enough."
    return "Compare the two letter by letter: the number of characters, a space, and the word `characters`."


def cause_of_too_few(texts: list[str], sock: WatchedSocket) -> str:
    if "" in texts and receipt(0).encode() not in [data for data, _ in sock.sent]:
        return EMPTY
    return "A receipt is missing: `count` messages are to be received, and each is to be answered."


def cause_of_silence(first: str, answer: object, printed: str) -> str:
    if not first:
        return EMPTY
    if "characters" in printed:
        return "print writes on your own screen; sock.sendto(data, address) is what sends."
    if answer is not None:
        return "return hands something to who called send_receipts; sock.sendto(data, address) is what sends."
    return "It ended before it answered: look at the conditions of loops and branches."


def is_waiting(sock: WatchedSocket) -> bool:
    """Whether a datagram is there that nobody has received."""
    sock.settimeout(0)
    try:
        socket.socket.recvfrom(sock, LARGEST, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    return True


def receipt(number: int) -> str:
    return f"{number} characters"


def shown(text: str) -> str:
    return f'"{text}"' if len(text) < 40 else f"{len(text)} letters"


def listed(texts: list[str]) -> str:
    return ", ".join(map(shown, texts)) or "nothing"
