"""The checks of ex01, on real sockets: ada and bob have sent their messages before send_receipts is called.

So whatever it asks for is there, and one receive too many is known for what it is.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.for_checks.threads import MOMENT, OwnThreads, patiently

LARGEST = 65_507
PATIENCE = 0.5  # seconds, for a datagram that is on its way, or never comes
Letter = tuple[str, str]  # who sends it, and the text
# Ways to count something else, and what to say of each.
WRONG_COUNTS: dict[str, Callable[[str], int]] = {
    "That is the number of bytes; é is 2 of them in UTF-8, 🐍 is 4. Decode as UTF-8 first, then count.": lambda text: (
        len(text.encode())
    ),
    "str(…) of bytes is how Python shows them, with b'' around: message.decode() is the text.": lambda text: len(
        str(text.encode())
    ),
    "Spaces are characters too: count the text as it came.": lambda text: len(text.strip()),
    "Spaces are characters too, also between words: count the text as it came.": lambda text: len(
        "".join(text.split())
    ),
    "That counts words: len(…) of the text itself counts its characters.": lambda text: len(text.split()),
    "Some characters were left out: decode as UTF-8, and ignore nothing.": lambda text: len(
        text.encode("ascii", "ignore")
    ),
}
EMPTY = "An empty datagram is a message of 0 characters; over UDP it ends nothing."


class WatchedSocket(LentSocket):
    """It notes what it sends, and says so when it is asked for more than there is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[bytes, Any]] = []  # and where to
        self.senders: list[Any] = []  # the addresses of who may send to it
        self.sizes: list[int] = []  # of the buffers that it was given
        self.taken = 0
        self.took_an_empty_one = False
        self.caller = threading.current_thread()  # of send_receipts
        self.has_returned = threading.Event()
        self.was_late = threading.Event()  # the first receive began after send_receipts had returned

    def recvfrom(self, *size_and_flags: Any) -> Any:
        self.check_open()
        is_first_of_another = threading.current_thread() is not self.caller and not self.taken
        if is_first_of_another and patiently(self.has_returned.wait, MOMENT):  # who waits for this thread, waits
            self.was_late.set()
        self.sizes += [size for size in size_and_flags[:1] if isinstance(size, int)]
        if self.gettimeout() is None and not is_waiting(self, PATIENCE):
            means = "Each message is to be received once, and `count` says how many: one receive for one message."
            if self.took_an_empty_one and receipt(0).encode() not in [data for data, _ in self.sent]:
                means = EMPTY
            raise NotYetRight(f"It asked for one more message after {self.taken}, and no more had been sent.", means)
        received = super().recvfrom(*size_and_flags)
        self.took_an_empty_one |= received[0] == b""
        self.taken += not any(flags & socket.MSG_PEEK for flags in size_and_flags[1:])
        return received

    def sendto(self, data: Any, *flags_and_address: Any) -> int:
        self.check_open()
        if isinstance(data, str):
            raise NotYetRight(
                f"sock.sendto(…) was given a text: {shown(data)}.",
                "A socket sends bytes and nothing else: a text becomes bytes by its method encode().",
            )
        number = super().sendto(data, *flags_and_address)
        self.sent.append((bytes(data), flags_and_address[-1]))
        return number

    def send(self, *data_and_flags: Any) -> int:
        if not is_connected(self):
            raise NotYetRight(
                "sock.send(…) was called, which has no parameter for an address.",
                "This socket is not tied to one partner: sock.sendto(data, address) says each time where to.",
            )
        return super().send(*data_and_flags)

    def check_open(self) -> None:
        if self.was_closed:
            raise NotYetRight("The socket is closed.", "Who opened it closes it; here that is not send_receipts.")
        if self.was_shut_down:
            raise NotYetRight("sock.shutdown(…) was called.", "That is the end of the socket: leave it open, as it is.")

    def check_free(self) -> None:
        if is_connected(self):
            raise NotYetRight(
                "sock is connected to one partner now, so no message of anybody else arrives there.",
                "Leave out connect(…): sock.sendto(data, address) says each time where to.",
            )


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
        again = " once more" if sock.taken else ""
        sock.senders = [own.getsockname() for own in people.values()]
        sock.sent.clear()
        sock.taken = 0
        sent = ", ".join(f"{name} had sent {shown(text)}" for name, text in letters)
        attempt.did(f"Called send_receipts(sock, {count}){again}, after {sent}.")
        names = {own.getsockname(): name for name, own in (("sock", sock), *people.items())}
        sock.before_send = lambda data, address: attempt.crossed("sock", names.get(address, "somebody else"), data)
        for name, text in letters:
            people[name].sendto(text.encode(), sock.getsockname())
            attempt.crossed(name, "sock", text.encode())
        sock.has_returned.clear()
        threads = OwnThreads()
        answer = learner.send_receipts(sock, count)
        sock.has_returned.set()
        if threads.left and patiently(sock.was_late.wait, PATIENCE):
            saw = "send_receipts returned before its thread had received anything."
            raise NotYetRight(saw, "Who calls it goes on when it returns: let it wait for the thread, by join().")
        expect_plain(answer, "send_receipts")
        sock.check_open()
        sock.check_free()
        if not sock.sent and not any(is_waiting(person, PATIENCE) for person in people.values()):
            saw = f"Nothing was sent, and {sock.taken} of {count} messages were received."
            raise NotYetRight(saw, cause_of_silence(letters[0][1], answer, attempt.printed, sock.taken))
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
    check(("ada", "one"), ("bob", "and two"), ("ada", "and three"), ("bob", "4"))


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


def test_works_again(check: Any) -> None:
    """may be called again, for messages that come later"""
    check(("ada", "one"))
    check(("bob", "two, a little longer"), ("ada", "three"))


def check_inboxes(letters: tuple[Letter, ...], sock: WatchedSocket, people: dict[str, WatchedSocket]) -> None:
    expected = {name: [receipt(len(text)) for sender, text in letters if sender == name] for name in people}
    got = {name: inbox(people[name], len(expected[name]), sock) for name in people}
    for name in people:
        if got[name] != expected[name]:
            saw = f"{name} got: {listed(got[name])}. Expected: {listed(expected[name])}."
            raise NotYetRight(saw, cause(name, got, letters, sock))


def inbox(person: WatchedSocket, count: int, sock: WatchedSocket) -> list[str]:
    """The texts of the datagrams that `person` got: `count`, and any beyond that."""
    texts: list[str] = []
    while is_waiting(person, PATIENCE if len(texts) < count else 0):
        data, address = socket.socket.recvfrom(person, LARGEST)
        if address != sock.getsockname():
            raise NotYetRight(
                "The receipt came from another address than the message had been sent to.",
                "Answer with the socket that you were given: the other side knows no other address.",
            )
        texts.append(data.decode("utf-8", "backslashreplace"))
    return texts


def cause(name: str, got: dict[str, list[str]], letters: tuple[Letter, ...], sock: WatchedSocket) -> str:
    texts = [text for sender, text in letters if sender == name]
    mine, wanted = got[name], [receipt(len(text)) for text in texts]
    if sorted(chain(*got.values())) == sorted(receipt(len(text)) for _, text in letters):
        return "The receipts are right, but they went to the wrong one: recvfrom also returns who sent this message."
    if any(address == sock.getsockname() for _, address in sock.sent):
        return "The receipt went to the socket itself: sock.getsockname() is its own address, not the sender's."
    if len(mine) > len(wanted) and "".join(mine) == "".join(wanted):
        return "Each sendto is a message of its own: send the whole receipt with one."
    if len(mine) > len(wanted):
        return "More was answered than was asked for: `count` says how many messages to take."
    if len(mine) < len(wanted):
        return cause_of_too_few(texts, sock)
    return cause_in_texts(texts, mine, sock)


def cause_in_texts(texts: list[str], mine: list[str], sock: WatchedSocket) -> str:
    for text, own in zip(texts, mine, strict=True):
        for means, wrong_count in WRONG_COUNTS.items():
            if own == receipt(wrong_count(text)) != receipt(len(text)):
                return means
    if sock.sizes and any(min(sock.sizes) < len(text.encode()) for text in texts):
        return (
            f"A buffer of {min(sock.sizes)} bytes is too small: the rest of the datagram is lost. {LARGEST} is enough."
        )
    if any("{" in own for own in mine):
        return "Braces are filled in f-strings only: put an f before the first quote."
    if list(map(str.strip, mine)) == [receipt(len(text)) for text in texts]:
        return "The words are right, and there is white space before or after them that nobody asked for."
    if "1 character" in mine:
        return "The word is always the same: `1 characters`, so that programs can read it easily."
    if mine == [receipt(sum(map(len, texts[: number + 1]))) for number in range(len(texts))]:
        return "Each receipt counts its own message alone, and not those before it as well."
    return "Compare the two letter by letter: the number of characters, a space, and the word `characters`."


def cause_of_too_few(texts: list[str], sock: WatchedSocket) -> str:
    if "" in texts and receipt(0).encode() not in [data for data, _ in sock.sent]:
        return EMPTY
    if astray := [address for _, address in sock.sent if address not in sock.senders]:
        return f"A receipt went to {astray[0]}, and no message came from there: recvfrom also returns who sent it."
    return "A receipt is missing: `count` messages are to be received, and each is to be answered."


def cause_of_silence(first: str, answer: object, printed: str, taken: int) -> str:
    if not first and taken:
        return EMPTY
    if "characters" in printed:
        return "print writes on your own screen; sock.sendto(data, address) is what sends."
    if answer is not None:
        return "return hands something to who called send_receipts; sock.sendto(data, address) is what sends."
    return "It ended before it answered: look at the conditions of loops and branches."


def is_waiting(sock: WatchedSocket, seconds: float = 0) -> bool:
    """Whether a datagram is there that nobody has received, `seconds` from now at the latest."""
    return bool(select.select([sock], [], [], seconds)[0])


def is_connected(sock: WatchedSocket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def receipt(number: int) -> str:
    return f"{number} characters"


def shown(text: str) -> str:
    visible = text.replace("\n", "\\n").replace("\r", "\\r")
    return f'"{visible}"' if len(text) < 40 else f"{len(text)} letters"


def listed(texts: list[str]) -> str:
    return ", ".join(map(shown, texts)) or "nothing"
