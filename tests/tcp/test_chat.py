"""The rules of the room, played without a socket: a connection is a letter, and the time is told."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab.tcp.chat import READ_AHEAD, TcpChat
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Limits, Reason

ADDRESS = ("192.0.2.1", 40_000)
CLOSING = "ERROR the room is closing\n"


class Table:
    """A chat, what each connection has got since one last looked, and who has got its last words."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.log: list[str] = []
        self.chat: TcpChat[str] = TcpChat(limits, log=self.log.append)
        self.got: defaultdict[str, bytes] = defaultdict(bytes)
        self.ended: list[str] = []
        self.now = 0.0

    def connect(self, *connections: str) -> None:
        for connection in connections:
            self.deliver(self.chat.connect(connection, ADDRESS, self.now))

    def join(self, *members: str) -> None:
        """They come in under their letters, and what they hear of that is forgotten."""
        self.connect(*members)
        for member in members:
            self.receive(member, f"{member}\n".encode())
        self.got.clear()

    def receive(self, connection: str, data: bytes) -> None:
        self.deliver(self.chat.receive(connection, data, self.now))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.deliver(self.chat.tick(self.now))

    def deliver(self, deliveries: list[Delivery[str]]) -> None:
        for delivery in deliveries:
            for recipient in delivery.recipients:
                assert recipient not in self.ended, "nothing comes after the last words"
                self.got[recipient] += delivery.lines
            if delivery.last:
                self.ended += delivery.recipients

    def look(self) -> dict[str, str]:
        got = {connection: lines.decode() for connection, lines in self.got.items() if lines}
        self.got.clear()
        return got


def test_a_connection_is_asked_for_a_nickname() -> None:
    table = Table()
    table.connect("A")
    assert table.look() == {"A": "NICK\n"}


def test_who_chose_a_nickname_is_in_and_the_others_hear_so() -> None:
    table = Table()
    table.join("A")
    table.connect("B")
    table.receive("B", b"bob\r\n")
    assert table.look() == {"B": "NICK\nConnected to the server!\n", "A": "bob joined the chat\n"}
    assert table.chat.room.nicknames == ("A", "bob")
    assert table.log[-1] == "bob joined from 192.0.2.1:40000 (2 here)"


def test_a_stranger_hears_nothing_of_the_room() -> None:
    table = Table()
    table.connect("S")
    table.join("A", "B")
    table.receive("A", b"hi\n")
    table.receive("B", b"")
    assert "S" not in table.look()


def test_the_others_hear_what_one_says_under_its_nickname() -> None:
    table = Table()
    table.join("A", "B", "C")
    table.receive("A", "hé 🐍\n".encode())
    assert table.look() == {"B": "A: hé 🐍\n", "C": "A: hé 🐍\n"}


@pytest.mark.parametrize("cut", range(1, 13))
def test_it_does_not_matter_where_the_stream_is_cut(cut: int) -> None:
    stream = b"A\none\n\xc3\xa9\nrest"
    table = Table()
    table.join("B")
    table.connect("A")
    table.receive("A", stream[:cut])
    table.receive("A", stream[cut:])
    assert table.look() == {"A": "NICK\nConnected to the server!\n", "B": "A joined the chat\nA: one\nA: é\n"}


def test_lines_that_come_together_go_out_together() -> None:
    table = Table()
    table.join("A", "B", "C")
    deliveries = table.chat.receive("A", b"one\ntwo\nthree\n", table.now)
    assert deliveries == [Delivery(b"A: one\nA: two\nA: three\n", ("B", "C"))]


def test_what_shows_nothing_is_not_sent_on() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", b"\n  \n\x1b\x00\n\r\n")
    assert table.look() == {}


def test_a_nickname_that_is_taken_is_refused_and_one_may_choose_again() -> None:
    table = Table()
    table.join("A")
    table.connect("B")
    table.look()
    table.receive("B", b"a\n\xff\n\nbob\n")
    assert table.look() == {
        "B": "NICK taken: that nickname, or one that looks like it\n"
        "NICK letters, digits, _ and - only\n"
        "NICK no name: a nickname needs at least one letter or digit\n"
        "Connected to the server!\n",
        "A": "bob joined the chat\n",
    }


def test_nickname_tries_are_bounded() -> None:
    table = Table(Limits(nickname_tries=3))
    table.connect("A")
    table.receive("A", b"\n" * 2)
    assert table.ended == []
    table.receive("A", b"\nada\n")
    assert table.ended == ["A"]
    assert table.look()["A"].endswith("\nERROR 3 nicknames were refused\n")
    assert table.chat.room.nicknames == ()


def test_there_are_30_seconds_to_choose_a_nickname_however_it_dribbles() -> None:
    table = Table()
    table.connect("A")
    for _ in range(29):
        table.wait(1)
        table.receive("A", b"a")
    assert table.ended == []
    table.wait(1)
    assert table.ended == ["A"]
    assert (
        table.look()["A"]
        == "NICK\nERROR a nickname has to be chosen within 30 seconds: 29 bytes came, but no line end (\\n)\n"
    )


def test_who_is_late_learns_what_was_wrong() -> None:
    """Most beginners' clients forget the end of the line, and wait."""
    for said, saw in (
        (b"bob", ": 3 bytes came, but no line end (\\n)"),
        (b"\xff\xfb\x01b", ": 1 byte came, but no line end (\\n)"),
        (b"bob!\nbob?\n", ": 2 were refused"),
        (b"", ""),
    ):
        table = Table()
        table.connect("A")
        if said:
            table.receive("A", said)
        table.wait(30)
        assert table.got["A"].endswith(f"ERROR a nickname has to be chosen within 30 seconds{saw}\n".encode())


@pytest.mark.parametrize("pieces", [1, 1000])
def test_who_speaks_another_protocol_is_out_at_its_first_line_and_nobody_hears_of_it(pieces: int) -> None:
    """Whatever the options are: a later line of what a web page posts could be a good nickname."""
    post = b"POST / HTTP/1.1\r\nHost: x\r\n\r\nada\nhello\n"
    table = Table(Limits(nickname_tries=40))
    table.join("B")
    table.connect("A")
    for piece in [post] if pieces == 1 else [bytes([byte]) for byte in post]:
        table.receive("A", piece)
    assert table.ended == ["A"]
    assert table.look() == {"A": "NICK\nERROR this is a chatroom, not a web server\n"}


def test_a_tls_hello_need_not_have_a_line_end() -> None:
    table = Table()
    table.connect("A")
    table.receive("A", b"\x16\x03\x01\x02\x00")
    assert table.look()["A"].endswith("\nERROR this is a chatroom, not a TLS server\n")


def test_a_member_may_say_what_a_stranger_may_not() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", b"GET / HTTP/1.1\n\x16\x03nul\x00\nHELP\n")
    assert table.look() == {"B": "A: GET / HTTP/1.1\nA: nul\nA: HELP\n"}


def test_telnet_is_answered_and_its_commands_cost_no_nickname() -> None:
    table = Table(Limits(nickname_tries=1))
    table.join("B")
    table.connect("A")
    table.receive("A", b"\xff\xfb\x1f\xff\xfd\x03ada\r\n\xff\xfd\x06hi\xff\xff\r\n")
    assert table.got["A"] == b"NICK\n\xff\xfe\x1f\xff\xfc\x03\xff\xfc\x06Connected to the server!\n"
    assert table.got["B"].decode() == "ada joined the chat\nada: hi\ufffd\n"


def test_telnet_commands_without_end_are_a_line_that_is_too_long() -> None:
    table = Table()
    table.connect("A")
    for _ in range(200):
        table.receive("A", b"\xff\xf1" * 10)
    assert table.ended == ["A"]
    assert table.got["A"].endswith(b"ERROR a line has at most 1024 bytes\n")


def test_who_has_a_nickname_may_stay_silent() -> None:
    table = Table()
    table.join("A")
    table.wait(100_000)
    assert table.ended == []


def test_only_the_late_go() -> None:
    table = Table()
    table.connect("A")
    table.wait(20)
    table.connect("B")
    table.wait(10)
    assert table.ended == ["A"]
    table.wait(20)
    assert table.ended == ["A", "B"]


@pytest.mark.parametrize("nickname", [b"", b"bob\n"])
def test_a_line_that_is_too_long_ends_the_connection(nickname: bytes) -> None:
    table = Table()
    table.join("A")
    table.connect("B")
    table.receive("B", nickname + b"fine\n" * bool(nickname) + b"x" * 1024)
    assert table.ended == ["B"]
    got = table.look()
    assert got["B"].endswith("\nERROR a line has at most 1024 bytes\n")
    if nickname:
        assert got["A"] == "bob joined the chat\nbob: fine\nbob left the chat!\n"


def test_who_ends_its_stream_is_out_and_the_others_hear_so() -> None:
    table = Table()
    table.join("A", "B")
    table.receive("A", b"unfinished")
    table.receive("A", b"")
    assert table.ended == ["A"]
    assert table.look() == {"B": "A left the chat!\n"}
    assert table.log[-1] == "A left: hung up (1 here)"


def test_who_is_lost_gets_no_last_words() -> None:
    table = Table()
    table.join("A", "B")
    table.deliver(table.chat.leave("A", Reason.LOST))
    assert table.ended == []
    assert table.look() == {"B": "A left the chat!\n"}


def test_one_leaves_once() -> None:
    table = Table()
    table.join("A", "B")
    table.deliver(table.chat.leave("A", Reason.SLOW))
    assert table.look() == {"A": "ERROR you read too slowly\n", "B": "A left the chat!\n"}
    table.deliver(table.chat.leave("A", Reason.LOST))
    table.receive("A", b"still here\n")
    table.receive("A", b"")
    assert table.look() == {}


def test_a_nickname_is_free_as_soon_as_its_owner_is_out() -> None:
    table = Table()
    table.join("A")
    table.receive("A", b"")
    table.connect("B")
    table.receive("B", b"A\n")
    assert table.chat.room.nicknames == ("A",)


def test_a_full_room_says_so() -> None:
    table = Table(Limits(max_members=1))
    table.join("A")
    table.connect("B")
    table.receive("B", b"bob\n")
    assert table.look()["B"] == "NICK\nNICK full: the room takes 1 members\n"


def test_when_the_room_closes_each_hears_so_and_nothing_of_the_others() -> None:
    table = Table()
    table.join("A", "B")
    table.connect("S")
    table.look()
    table.deliver(table.chat.close())
    assert table.look() == {"A": CLOSING, "B": CLOSING, "S": CLOSING}
    assert sorted(table.ended) == ["A", "B", "S"]
    assert table.chat.room.nicknames == ()


def test_who_says_too_much_is_throttled_and_nothing_is_lost() -> None:
    table = Table(Limits(rate_limit=2))
    table.join("A", "B")
    table.receive("A", b"".join(b"%d\n" % number for number in range(15)))
    assert table.look() == {"B": "".join(f"A: {number}\n" for number in range(10))}
    table.wait(1)
    assert table.look() == {"B": "A: 10\nA: 11\n"}
    table.wait(2)
    assert table.look() == {"B": "A: 12\nA: 13\nA: 14\n"}


def test_who_is_throttled_can_be_put_out() -> None:
    table = Table(Limits(rate_limit=1))
    table.join("A", "B")
    table.receive("A", b"x\n" * 10)
    table.deliver(table.chat.leave("A", Reason.LOST))
    table.look()
    table.wait(10)
    assert table.look() == {}


def test_nothing_more_is_read_from_who_has_said_far_too_much() -> None:
    table = Table(Limits(rate_limit=100))
    table.join("A", "B")
    table.receive("A", b"x\n" * 500)
    table.receive("A", b"x\n" * (READ_AHEAD // 2 - 1))
    assert table.chat.paused == set()
    table.receive("A", b"x\n")
    assert table.chat.paused == {"A"}
    table.wait(0.1)
    assert table.chat.paused == set()
    table.receive("A", b"x\n" * 100)
    assert table.chat.paused == {"A"}
    table.deliver(table.chat.leave("A", Reason.LOST))
    assert table.chat.paused == set()


def test_who_ends_its_stream_while_throttled_is_out_when_its_words_are_said() -> None:
    table = Table(Limits(rate_limit=2))
    table.join("A", "B")
    table.receive("A", b"x\n" * 12)
    table.look()
    table.receive("A", b"")
    assert (table.look(), table.ended) == ({}, [])
    table.wait(0.5)
    assert (table.look(), table.ended) == ({"B": "A: x\n"}, [])
    table.wait(0.5)
    assert (table.look(), table.ended) == ({"B": "A: x\nA left the chat!\n"}, ["A"])
    assert table.log[-1] == "A left: hung up (1 here)"


def test_who_ends_its_stream_is_out_after_10_seconds_however_much_waits() -> None:
    table = Table(Limits(rate_limit=2))
    table.join("A", "B")
    table.receive("A", b"x\n" * 100)
    table.receive("A", b"")
    table.look()
    table.wait(9.9)
    assert table.look() == {"B": "A: x\n" * 10}
    table.wait(0.1)
    assert table.look() == {"B": "A left the chat!\n"}
    assert (table.ended, table.chat.room.nicknames) == (["A"], ("B",))


def test_the_end_of_a_stream_counts_from_when_it_was_seen_first() -> None:
    """A model may see it before it has read what comes before."""
    table = Table(Limits(rate_limit=2))
    table.join("A", "B")
    table.receive("A", b"x\n" * 10_000)
    table.chat.part("A", table.now)
    table.wait(5)
    table.receive("A", b"x\n" * 10)
    table.receive("A", b"")
    table.wait(4.9)
    assert table.ended == []
    table.wait(0.1)
    assert table.ended == ["A"]


def test_no_limit_on_the_rate() -> None:
    table = Table(Limits(rate_limit=0))
    table.join("A", "B")
    table.receive("A", b"x\n" * 1000)
    assert table.look() == {"B": "A: x\n" * 1000}


def test_lines_are_counted() -> None:
    table = Table()
    table.join("A", "B", "C")
    before = table.chat.counts.received, table.chat.counts.sent
    table.receive("A", b"one\ntwo\n")
    assert (table.chat.counts.received, table.chat.counts.sent) == (before[0] + 2, before[1] + 4)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.binary(max_size=50)), max_size=60))
def test_any_bytes_bring_the_others_clean_lines_or_nothing(steps: list[tuple[str, bytes]]) -> None:
    table = Table()
    table.join("healthy", "A", "B", "C")
    said = []
    for number, (connection, data) in enumerate(steps):
        table.receive(connection, data)
        table.receive("healthy", f"{number}\n".encode())
        table.wait(1)
        said.append(f"healthy: {number}\n")
        heard = table.got["healthy"].decode()
        assert not any(character in heard for character in "\r\x00\x1b\x7f\x9b\u202e\u2028")
    for member in "ABC":
        if member not in table.ended:
            assert [line for line in table.got[member].decode().splitlines(True) if line.startswith("healthy")] == said
