"""The chat behind TLS, without a socket: a connection is a letter, and the time is told."""

from __future__ import annotations

from collections import defaultdict

import pytest

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.tls.chat import TlsChat
from chatlab.tcp.tls.stream import TlsStream
from tests.tcp.tls.contexts import serving, trusting

ADDRESS = ("192.0.2.1", 40_000)
SERVING, TRUSTING = serving(), trusting()


class Table:
    """The room, and each connection's end of TLS; what it has heard, and what was sent to it, since one looked."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.inner: TcpChat[str] = TcpChat(limits, log=lambda line: None)
        self.chat: TlsChat[str] = TlsChat(self.inner, SERVING)
        self.ends: dict[str, TlsStream] = {}
        self.heard: defaultdict[str, bytes] = defaultdict(bytes)
        self.sent: defaultdict[str, bytes] = defaultdict(bytes)
        self.ended: list[str] = []
        self.now = 0.0

    def connect(self, connection: str) -> None:
        self.deliver(self.chat.connect(connection, ADDRESS, self.now))
        self.ends[connection] = TlsStream(TRUSTING, "localhost")

    def agree(self, connection: str) -> None:
        while not self.heard[connection]:
            self.receive(connection, self.ends[connection].seal())

    def join(self, *members: str) -> None:
        for member in members:
            self.connect(member)
            self.agree(member)
            self.say(member, f"{member}\n")
        self.heard.clear()
        self.sent.clear()

    def say(self, connection: str, words: str) -> None:
        self.receive(connection, self.ends[connection].seal(words.encode()))

    def receive(self, connection: str, data: bytes) -> None:
        self.deliver(self.chat.receive(connection, data, self.now))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.deliver(self.chat.tick(self.now))

    def deliver(self, deliveries: list[Delivery[str]]) -> None:
        last = [delivery.recipients[0] for delivery in deliveries if delivery.last]
        for connection, pieces in self.chat.owed(deliveries):
            assert connection not in self.ended, "nothing comes after the last words"
            data = b"".join(pieces)
            assert data or connection in last, "nothing is sent for nothing"
            self.sent[connection] += data
            self.heard[connection] += self.ends[connection].receive(data) if data else b""
        self.ended += last

    def look(self) -> dict[str, str]:
        heard = {connection: words.decode() for connection, words in self.heard.items() if words}
        self.heard.clear()
        return heard


def test_a_talk() -> None:
    table = Table()
    table.connect("A")
    assert table.sent == {}, "the other side has to speak first"
    table.agree("A")
    assert table.look() == {"A": "NICK\n"}
    table.say("A", "ada\n")
    table.connect("B")
    table.agree("B")
    table.say("B", "bob\n")
    table.say("B", "hello\n")
    assert table.look() == {
        "A": "Connected to the server!\nbob joined the chat\nbob: hello\n",
        "B": "NICK\nConnected to the server!\n",
    }
    assert not any(b"hello" in data for data in table.sent.values())


def test_the_nickname_may_come_with_the_end_of_the_handshake() -> None:
    table = Table()
    table.connect("A")
    table.receive("A", table.ends["A"].seal())
    table.say("A", "ada\nhello\n")
    assert table.look() == {"A": "NICK\nConnected to the server!\n"}


def test_many_lines_for_one_are_one_record() -> None:
    table = Table()
    table.join("A", "B")
    table.deliver([Delivery(b"one\n", ("A",)), Delivery(b"two\n", ("A", "B"))])
    assert table.look() == {"A": "one\ntwo\n", "B": "two\n"}
    assert len(table.sent["A"]) < len(table.sent["B"]) + 10


def test_the_end_of_tls_is_a_goodbye() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", table.ends["A"].seal(b"my last words\nunfinished", last=True))
    assert table.look() == {"B": "A: my last words\nA left the chat!\n"}
    assert table.ended == ["A"]
    assert table.ends["A"].has_ended


def test_a_throttled_one_that_ends_its_tls_says_all_and_hears_all_before_it_is_out() -> None:
    table = Table(Limits(rate_limit=1))
    table.join("A", "B")
    table.receive("A", table.ends["A"].seal(b"x\n" * 7, last=True))
    table.say("B", "still here?\n")
    table.receive("A", b"")
    assert table.look() == {"A": "B: still here?\n", "B": "A: x\n" * 5}
    table.wait(3)
    assert table.look() == {"B": "A: x\nA: x\nA left the chat!\n"}
    assert table.ends["A"].has_ended


def test_an_end_of_the_stream_that_tls_did_not_announce_is_a_goodbye_too() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", b"")
    assert table.look() == {"B": "A left the chat!\n"}
    assert table.ended == ["A"]


def test_who_speaks_no_tls_is_told_so_in_plain_words() -> None:
    table = Table()
    table.join("A")
    table.deliver(table.chat.connect("B", ADDRESS, 0))
    table.ends["B"] = TlsStream(TRUSTING, "localhost")
    table.receive("B", b"bob\n")
    assert table.sent == {"B": b"ERROR this room speaks TLS: start the client with --tls\n"}
    assert table.ended == ["B"]
    table.receive("B", b"bob\n")
    table.receive("B", b"")
    assert table.sent.keys() == {"B"}


def test_who_breaks_its_tls_is_out_after_what_it_said_before() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", table.ends["A"].seal(b"hello\n") + b"garbage")
    assert table.look() == {"B": "A: hello\nA left the chat!\n"}
    assert table.ended == ["A"]
    assert table.ends["A"].failure, "it has got an alert"


@pytest.mark.parametrize("sent", [0, 1, 100])
def test_a_handshake_that_stalls_or_dribbles_has_its_time(sent: int) -> None:
    table = Table(Limits(nickname_time=5))
    table.connect("S")
    for byte in table.ends["S"].seal()[:sent]:
        table.receive("S", bytes([byte]))
    table.wait(4.9)
    assert table.ended == []
    table.wait(0.2)
    assert table.ended == ["S"]
    assert table.sent == {"S": b""}, "no line that it could read"


def test_a_stranger_that_is_agreed_is_told_that_its_time_is_over() -> None:
    table = Table(Limits(nickname_time=5))
    table.connect("S")
    table.agree("S")
    table.wait(5)
    assert table.look() == {"S": "NICK\nERROR a nickname has to be chosen within 5 seconds\n"}
    assert table.ends["S"].has_ended


def test_all_are_told_that_the_room_closes() -> None:
    table = Table()
    table.join("A")
    table.connect("S")
    table.deliver(table.chat.close())
    assert table.look() == {"A": "ERROR the room is closing\n"}
    assert sorted(table.ended) == ["A", "S"]


def test_nothing_is_kept_of_those_who_are_gone() -> None:
    table = Table()
    table.join("A", "B", "C", "D")
    table.receive("A", b"")
    table.receive("B", b"garbage")
    table.receive("C", table.ends["C"].seal(last=True))
    table.deliver(table.chat.leave("D", Reason.LOST))
    assert table.chat._streams == {}
    assert table.inner._states == {}


def test_what_was_due_to_one_that_is_lost_is_sent_to_nobody() -> None:
    table = Table()
    table.join("A")
    due = [Delivery(b"in plain words\n", ("A",))]
    table.chat.leave("A", Reason.LOST)
    assert list(table.chat.owed(due)) == []


def test_what_is_of_the_room_itself_speaks_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bridge to other servers."""
    table = Table()
    table.join("A")
    monkeypatch.setattr(table.inner, "is_of_the_room", lambda address: address == ("127.0.0.1", 1))

    def owed(deliveries: list[Delivery[str]]) -> list[tuple[str, bytes]]:
        return [(connection, b"".join(pieces)) for connection, pieces in table.chat.owed(deliveries)]

    assert owed(table.chat.connect("L", ("127.0.0.1", 1), 0)) == [("L", b"NICK\n")]
    heard = dict(owed(table.chat.receive("L", b"link\n", 0)))
    assert heard["L"] == b"Connected to the server!\n"
    assert b"link" not in heard["A"]
    assert owed(table.chat.receive("L", b"", 0))[0] == ("L", b"")
    assert table.chat._plain == set()
