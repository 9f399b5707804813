from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from queue import Queue
from typing import Any, cast

import pytest

from chatlab.room.errors import NobodyAnswers, Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Said
from chatlab.tcp.client import PATIENCE, TcpClient
from chatlab.tcp.client_connection import Connection
from chatlab.tcp.limits import Limits
from chatlab.tcp.member import TcpMember
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import connect
from tests.systems import SLOWER, wine_differs
from tests.tcp.raw_client import LIMIT, RawClient
from tests.waiting import Heard, no_thread_left_after


@pytest.fixture
def room() -> Iterator[TcpServer]:
    with TcpServer(port=0) as room:
        yield room


def test_a_talk(room: TcpServer) -> None:
    ada_hears, bob_hears = Heard[Event](), Heard[Event]()
    with TcpClient("ada", room, on_event=ada_hears) as ada:
        assert ada_hears.next() == Joined("ada")
        with TcpClient("bob", room.address[:2], on_event=bob_hears) as bob:
            assert bob_hears.next() == Joined("bob")
            assert ada_hears.next() == Joined("bob")
            ada.say("hé\x1b 🐍")
            assert ada_hears.next() == Said("ada", "hé 🐍"), "the room does not send one's own words back"
            assert bob_hears.next() == Said("ada", "hé 🐍")
            bob.say("  ")
            bob.say("two\nlines")
            assert ada_hears.next() == Said("bob", "twolines")
        assert ada_hears.next() == Left("bob")


def test_the_face(room: TcpServer) -> None:
    client = TcpClient("ａｄａ", room)
    assert client.server_address == room.address
    assert client.start() is client
    assert client.nickname == "ada"
    assert client.start() is client
    assert repr(client) == "<TCP client of ada>"
    client.close()
    client.close()
    with pytest.raises(Refusal, match="start the client first"):
        client.say("hi")
    with client:
        assert room.nicknames == ("ada",)


def test_events_wait_for_an_iteration_until_the_client_is_closed(room: TcpServer) -> None:
    with TcpClient("ada", room) as ada:
        ada.say("one")
    assert list(ada) == [Joined("ada"), Said("ada", "one")]


@pytest.mark.parametrize(("nickname", "why"), [("ADA", "taken"), ("a b", "letters, digits"), ("NICK", "reserved")])
def test_a_nickname_is_refused_and_another_try_works(room: TcpServer, nickname: str, why: str) -> None:
    with TcpClient("ada", room):
        client = TcpClient(nickname, room)
        with pytest.raises(Refusal, match=why):
            client.start()
        client.nickname = "bob"
        with client:
            assert room.nicknames == ("ada", "bob")


def test_what_no_line_can_carry(room: TcpServer) -> None:
    with TcpClient("ada", room) as ada, RawClient(room.address, "bob") as bob:
        with pytest.raises(Refusal, match="say it in pieces"):
            ada.say("x" * 1024)
        ada.say("x" * 1023)
        bob.wait_for("ada: " + "x" * 1023)


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NobodyAnswers, match=f"nobody answers at 127.0.0.1:{port}: is the server running there"):
        TcpClient("ada", ("127.0.0.1", port)).start()


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatlab.tcp.client.PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(NobodyAnswers, match="is that a TCP chatroom"):
            TcpClient("ada", silent.getsockname(), linger=0.1).start()
        assert time.monotonic() - began < 2 * SLOWER


def test_the_room_goes_away_and_start_connects_again(room: TcpServer) -> None:
    ears = Heard[Event]()
    with TcpClient("ada", room, on_event=ears) as ada:
        assert ears.next() == Joined("ada")
        room.close()
        gone = ears.next()
        assert isinstance(gone, Gone)
        assert gone.reason.endswith("closed the connection: the room is closing; say something to connect again")
        with pytest.raises(NobodyAnswers):
            ada.say("anybody?")
        room.start()
        ada.start()
        assert ears.next() == Joined("ada")


def test_to_say_something_connects_again_too(room: TcpServer) -> None:
    ears = Heard[Event]()
    with TcpClient("ada", room, on_event=ears) as ada:
        room.close()
        assert [type(ears.next()) for _ in range(2)] == [Joined, Gone]
        for _ in range(2):  # a try that fails is not the last one
            with pytest.raises(NobodyAnswers):
                ada.say("anybody?")
        room.start()
        with RawClient(room.address, "bob") as bob:
            ada.say("back again")
            assert bob.wait_for("ada: back again")[-2] == "ada joined the chat"
        assert [ears.next(), ears.next()] == [Joined("ada"), Said("ada", "back again")]


class Door:
    """A lock that tells when a thread waits for it."""

    def __init__(self) -> None:
        self.somebody_waits = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.somebody_waits.set()
            self._lock.acquire()

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


def test_two_threads_that_speak_after_the_room_went_away_make_one_connection(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears = Heard[Event]()
    with TcpClient("ada", room, on_event=ears) as ada:
        room.close()
        ears.next(Gone)
        room.start()
        connections: list[socket.socket] = []
        one_connects = threading.Event()
        door = Door()
        monkeypatch.setattr(ada, "_entering", door)

        def connect_slowly(*arguments: Any) -> socket.socket:
            connections.append(connect(*arguments))
            one_connects.set()
            assert door.somebody_waits.wait(LIMIT)
            return connections[-1]

        monkeypatch.setattr("chatlab.tcp.client.connect", connect_slowly)
        with RawClient(room.address, "bob") as bob:
            first = threading.Thread(target=ada.say, args=("one",))
            first.start()
            assert one_connects.wait(LIMIT)
            ada.say("two")
            first.join()
            heard = {bob.line() for _ in range(3)}
        assert heard == {"ada joined the chat", "ada: one", "ada: two"}
        assert len(connections) == 1


@wine_differs("a connection that is reset looks like one that ends")
def test_a_connection_that_is_reset(room: TcpServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ears = Heard[Event]()
        client = TcpClient("ada", listener.getsockname(), on_event=ears)
        starting = threading.Thread(target=client.start)
        starting.start()
        server_side = RawClient.__new__(RawClient)
        server_side.socket, _ = listener.accept()
        server_side.socket.sendall(b"NICK\nConnected to the server!\n")
        starting.join()
        server_side.reset()
        assert ears.next() == Joined("ada")
        gone = ears.next()
        assert isinstance(gone, Gone)
        assert "is lost" in gone.reason
        client.close()


class Reset:
    """A connection that is reset behind the room's question. `send` is told; then `recv` sees an end, as on Linux."""

    def __init__(self) -> None:
        self._room_says = [b"NICK\n"]

    def recv(self, size: int) -> bytes:
        return self._room_says.pop() if self._room_says else b""

    def send(self, data: bytes) -> int:
        raise ConnectionResetError

    def settimeout(self, seconds: float) -> None: ...
    def shutdown(self, how: int) -> None: ...
    def close(self) -> None: ...


def test_a_reset_that_the_answer_to_the_room_meets_is_told_as_one() -> None:
    connection = Connection(cast(socket.socket, Reset()), TcpMember("ada", "127.0.0.1:9999"), print)
    with pytest.raises(NobodyAnswers, match="is lost"):
        connection.enter(LIMIT)
    connection.join()


def test_last_words_arrive_although_the_room_reads_slowly_and_others_talk_meanwhile() -> None:
    """Who closes a connection that still gets something resets it, and what the room has not read yet is lost."""
    with TcpServer(port=0, limits=Limits(rate_limit=100)) as room, RawClient(room.address, "bob") as bob:
        over = threading.Event()

        def talk() -> None:
            while not over.wait(0.05):
                bob.say("you will not read this")

        talking = threading.Thread(target=talk)
        with TcpClient("ada", room, linger=LIMIT) as ada:
            bob.wait_for("ada joined the chat")
            talking.start()
            for number in range(600):
                ada.say(f"{number}")
        heard = bob.wait_for("ada left the chat!")
        over.set()
        talking.join()
        assert heard[:-1] == [f"ada: {number}" for number in range(600)]


def test_close_does_not_wait_for_a_server_that_is_stuck() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = TcpClient("ada", listener.getsockname(), linger=0.2)
        starting = threading.Thread(target=client.start)
        starting.start()
        server_side, _ = listener.accept()
        with server_side:
            server_side.sendall(b"NICK\nConnected to the server!\n")
            starting.join()
            began = time.monotonic()
            client.close()
            assert time.monotonic() - began < 1 * SLOWER


def test_closing_ends_a_say_that_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = TcpClient("ada", listener.getsockname(), linger=0.1)
        starting = threading.Thread(target=client.start)
        starting.start()
        server_side, _ = listener.accept()
        with server_side:
            server_side.sendall(b"NICK\nConnected to the server!\n")
            starting.join()
            outcome: Queue[BaseException] = Queue()

            def talk() -> None:
                try:
                    while True:
                        client.say("x" * 1000)
                except NobodyAnswers as error:
                    outcome.put(error)

            said: list[Event] = []
            client.on_event = said.append
            talking = threading.Thread(target=talk)
            talking.start()
            before = -1
            while before != len(said):  # nobody reads, so in the end it waits
                before = len(said)
                talking.join(0.5 * SLOWER)
            assert talking.is_alive()
            client.close()
            assert "is lost" in str(outcome.get(timeout=LIMIT))
            talking.join()


def test_a_client_can_be_closed_by_who_handles_its_events(room: TcpServer) -> None:
    closed = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Said):
            client.close()
            closed.set()

    client = TcpClient("ada", room, on_event=hear)
    client.start()
    with RawClient(room.address, "bob") as bob:
        bob.say("go")
        assert closed.wait(LIMIT)
        bob.wait_for("ada left the chat!")


class StingySocket(socket.socket):
    """Takes three bytes at a time, and lets another thread go on then."""

    def send(self, data: Any, flags: int = 0, /) -> int:
        sent = super().send(data[:3], flags)
        time.sleep(0.0001)
        return sent


def test_lines_of_two_threads_do_not_mix_where_the_kernel_takes_parts_of_them(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chatlab.tcp.client.connect", lambda *arguments: StingySocket(fileno=connect(*arguments).detach())
    )
    with RawClient(room.address, "bob") as bob:
        with TcpClient("ada", room, on_event=lambda event: None) as ada:
            bob.wait_for("ada joined the chat")

            def talk(letter: str) -> None:
                for _ in range(20):
                    ada.say(letter * 50)

            talkers = [threading.Thread(target=talk, args=(letter,)) for letter in "xyz"]
            for talker in talkers:
                talker.start()
            for talker in talkers:
                talker.join()
        lines = bob.wait_for("ada left the chat!")[:-1]
        assert sorted(lines) == sorted(f"ada: {letter * 50}" for letter in "xyz" * 20)


def test_a_handler_that_fails_ends_the_connection_and_the_next_word_makes_another(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Heard[threading.ExceptHookArgs]()
    monkeypatch.setattr(threading, "excepthook", shown)
    hears = Heard[Event]()

    gone = Heard[Event]()

    def fail(event: Event) -> None:
        if not isinstance(event, Gone):
            raise ZeroDivisionError("division by zero")
        gone(event)

    with TcpClient("bob", room, on_event=hears) as bob, TcpClient("ada", room) as ada:
        hears.wait_for(lambda event: event == Joined("ada"))
        ada.on_event = fail
        bob.say("hi")
        reason = "on_event has failed (ZeroDivisionError('division by zero')): mend it, then say something"
        gone.next(Gone(f"{reason} to connect again"))
        hears.wait_for(lambda event: event == Left("ada"))
        assert isinstance(shown.next().exc_value, ZeroDivisionError)  # the socket has closed before it is shown
        ada.on_event = None
        ada.say("here I am again")
        hears.wait_for(lambda event: event == Said("ada", "here I am again"))


def test_a_client_whose_thread_fails_says_so_and_the_next_word_connects_again(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: bytes) -> None:
        raise ZeroDivisionError("division by zero")

    hears, ear = Heard[Event](), Heard[Event]()
    with TcpClient("bob", room, on_event=hears) as bob, TcpClient("ada", room, on_event=ear) as ada:
        hears.wait_for(lambda event: event == Joined("ada"))
        with monkeypatch.context() as patch:
            patch.setattr(ada._connection._member, "receive", fail)  # type: ignore[union-attr]
            bob.say("hi")
            reason = "the client has failed (ZeroDivisionError('division by zero')): say something to connect again"
            ear.next(Gone(reason))
        hears.wait_for(lambda event: event == Left("ada"))
        ada.say("here I am again")
        hears.wait_for(lambda event: event == Said("ada", "here I am again"))


def test_a_client_whose_thread_fails_while_it_enters_does_not_start(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(member: TcpMember, data: bytes) -> None:
        raise ZeroDivisionError("division by zero")

    ada = TcpClient("ada", room)
    with monkeypatch.context() as patch:
        patch.setattr(TcpMember, "receive", fail)
        started = time.monotonic()
        with pytest.raises(NobodyAnswers, match="the client has failed"):
            ada.start()
        assert time.monotonic() - started < PATIENCE / 2
    with ada:
        assert room.nicknames == ("ada",)


def test_a_start_without_a_thread_left_says_so_and_leaves_nothing(
    room: TcpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[socket.socket] = []

    def connect_and_note(*arguments: Any) -> socket.socket:
        made.append(connect(*arguments))
        return made[-1]

    monkeypatch.setattr("chatlab.tcp.client.connect", connect_and_note)
    ada = TcpClient("ada", room)
    with monkeypatch.context() as patch:
        no_thread_left_after(patch, 0)
        with pytest.raises(RuntimeError, match="the system has no thread left"):
            ada.start()
    assert made[0].fileno() == -1
    with ada:
        assert room.nicknames == ("ada",)
