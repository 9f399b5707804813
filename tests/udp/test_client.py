"""The client on real sockets: in, refused, unanswered, gone and back, and how it stops."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from chatlab.room.errors import CantResolve, NobodyAnswers, NoFreePort, Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.udp import client as client_module
from chatlab.udp import member, membership
from chatlab.udp.chat import UdpChat
from chatlab.udp.client import UdpClient
from chatlab.udp.client_stay import Stay
from chatlab.udp.limits import Limits
from chatlab.udp.membership import PATIENCE
from chatlab.udp.protocol import build_answer
from chatlab.udp.server import UdpServer
from chatlab.udp.sockets import member_socket
from chatlab.udp.sockets.member_socket import MemberSocket
from tests.systems import NO_RESET, SLOWER, not_here, wine_differs

from ..waiting import Heard, no_thread_left_after
from .voice import LIMIT, Voice, stay_of


@pytest.fixture
def ear() -> Heard[Event]:
    return Heard()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second of patience instead of five, and a keep-alive every quarter of a second."""
    for name, seconds in (("PATIENCE", 0.5), ("RETRY", 0.1), ("ALIVE", 0.25)):
        monkeypatch.setattr(member, name, seconds)
    monkeypatch.setattr(membership, "PATIENCE", 0.5)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port where somebody listens and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(LIMIT)
        yield sock


def test_a_client_hears_everybody_and_itself(room: UdpServer, ear: Heard[Event]) -> None:
    with Voice(room.address, "bob") as bob, UdpClient("ada", room, on_event=ear) as ada:
        ear.next(Joined("ada"))
        ada.say("hi")
        ear.next(Said("ada", "hi"))
        bob.hears("ada: hi")
        bob.say("hello")
        ear.next(Said("bob", "hello"))
        bob.send(b"SIGNOUT_TAG:")
        ear.next(Left("bob"))


def test_without_a_function_events_are_iterated_over_and_the_iteration_ends_with_the_client(room: UdpServer) -> None:
    heard: list[Event] = []
    with UdpClient("ada", room) as ada:
        ada.say("hi")
        for event in ada:
            heard.append(event)
            if isinstance(event, Said):
                ada.close()
    assert heard == [Joined("ada"), Said("ada", "hi")]


def test_the_name_of_the_server_may_be_given_as_host_and_port(room: UdpServer) -> None:
    with UdpClient("ada", ("localhost", int(room.address[1]))) as ada:
        assert room.nicknames == ("ada",)
        assert ada.server_address == ("localhost", room.address[1])


def test_a_client_has_the_normalised_nickname(room: UdpServer) -> None:
    with UdpClient("ａｄａ", room) as ada:
        assert ada.nickname == "ada"


@pytest.mark.parametrize("text", ["SIGNOUT_TAG:", "SIGNUP_TAG:eve", "ada: hi", "bob left!", "REFUSED_TAG:no", "é🐍"])
def test_what_looks_like_a_command_is_said_all_the_same(room: UdpServer, ear: Heard[Event], text: str) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        ada.say(text)
        ear.next(Said("ada", text))
        assert room.nicknames == ("ada",)


@pytest.mark.parametrize("nickname", ["bob", "BOB", "two words", "", "Server"])
def test_a_refused_nickname_is_an_exception_and_leaves_nothing_open(room: UdpServer, nickname: str) -> None:
    with Voice(room.address, "bob"):
        client = UdpClient(nickname, room)
        with pytest.raises(Refusal, match="nickname"):
            client.start()
        client.nickname = "ada"
        with client:
            assert room.nicknames == ("bob", "ada")


def received(sock: socket.socket) -> Iterator[bytes]:
    """What has come already."""
    with contextlib.suppress(BlockingIOError):
        while True:
            yield sock.recv(2000)


def test_nobody_answers_is_said_after_a_while(silent: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "PATIENCE", 2.0)
    monkeypatch.setattr(member, "RETRY", 0.2)  # ten tries, as by default; a busy machine makes half
    port = silent.getsockname()[1]
    client = UdpClient("ada", ("127.0.0.1", port))
    with pytest.raises(NobodyAnswers, match=rf"^nobody answers at 127\.0\.0\.1:{port}: is the server running there\?$"):
        client.start()
    sign_ups = [silent.recv(2000) for _ in range(5)]
    assert {datagram.rstrip() for datagram in sign_ups} == {b"SIGNUP_TAG:ada"}


@pytest.mark.usefixtures("_impatient")
def test_a_closed_port_at_the_start_is_nobody_too_and_start_may_be_tried_again(room: UdpServer) -> None:
    room.close()
    client = UdpClient("ada", room)
    for _ in range(2):
        with pytest.raises(NobodyAnswers):
            client.start()
    room.start()
    with client:
        assert room.nicknames == ("ada",)


def test_a_wrong_address_is_said_at_once(room: UdpServer) -> None:
    for host, port in (("..", 9999), ("127.0.0.1", 99_999)):
        with pytest.raises(CantResolve):
            UdpClient("ada", (host, port)).start()


def test_when_no_port_is_free_that_is_said(room: UdpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with UdpClient("ada", room) as ada:
        port = stay_of(ada)._socket._socket.getsockname()[1]
        monkeypatch.setattr(member_socket, "CLIENT_PORTS", range(port, port + 1))
        with pytest.raises(NoFreePort, match=r"is taken: close some clients$"):
            UdpClient("bob", room).start()


def test_thirty_clients_have_thirty_ports(room: UdpServer) -> None:
    clients = [UdpClient(f"c{number}", room).start() for number in range(30)]
    assert len(room.nicknames) == 30
    for client in clients:
        client.close()
    with Voice(room.address, "last"):
        assert room.nicknames == ("last",)


def test_a_lost_answer_is_asked_for_again(silent: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer_the_third() -> None:
        for _ in range(3):
            _, address = silent.recvfrom(2000)
        silent.sendto(build_answer(Joined("ada")), address)

    monkeypatch.setattr(member, "RETRY", 0.1)
    room = threading.Thread(target=answer_the_third, name="room")
    room.start()
    with UdpClient("ada", silent.getsockname()):
        room.join(LIMIT)
    assert silent.recv(2000) == b"SIGNOUT_TAG:"


@pytest.mark.usefixtures("_impatient")
def test_a_client_shows_that_it_is_still_here(ear: Heard[Event]) -> None:
    room = UdpServer(port=0, limits=Limits(idle_limit=1.5))
    with room.start(), Voice(room.address, "bob") as bob, UdpClient("ada", room):
        bob.hears("bob left!")  # bob shows no sign of life
        assert room.nicknames == ("ada",)


def test_one_refused_message_is_an_event_and_the_client_stays(room: UdpServer, ear: Heard[Event]) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        ada.say("x" * 1025)
        ear.next(Refused("a message has at most 1024 bytes"))
        ada.say("hi")
        ear.next(Said("ada", "hi"))


def test_what_no_datagram_carries_is_refused_at_once(room: UdpServer) -> None:
    with UdpClient("ada", room) as ada, pytest.raises(Refusal, match="say it in pieces"):
        ada.say("x" * 70_000)


def test_who_is_not_in_the_room_cannot_speak(room: UdpServer) -> None:
    client = UdpClient("ada", room)
    with pytest.raises(Refusal, match="start the client first"):
        client.say("hi")
    with client:
        pass
    with pytest.raises(Refusal, match="start the client first"):
        client.say("hi")


def test_after_a_restart_of_the_server_a_client_is_told_and_is_back(room: UdpServer, ear: Heard[Event]) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        room.close()
        ear.next(Gone("the room has closed or lost sight of you; trying to get in again"))
        room.start()
        ear.next(Joined("ada"))
        ada.say("back")
        ear.next(Said("ada", "back"))


@pytest.mark.usefixtures("_impatient")
def test_after_the_end_of_the_server_a_client_is_told_and_gets_in_when_it_speaks_again(
    room: UdpServer, ear: Heard[Event]
) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        room.close()
        ear.next(Gone("the room has closed or lost sight of you; trying to get in again"))
        assert "nobody answers" in str(ear.next(Gone))
        room.start()
        with pytest.raises(Refusal, match="you are not in the room"):
            ada.say("anybody?")
        ear.next(Joined("ada"))
        ada.start()
        ada.say("back")
        ear.next(Said("ada", "back"))


@pytest.mark.usefixtures("_impatient")
def test_a_client_that_was_in_keeps_its_port_while_it_is_started_in_vain(ear: Heard[Event]) -> None:
    log: Heard[str] = Heard()

    def port_that_joins() -> str:
        while not (line := log.next()).startswith("ada joined from "):
            pass
        return line.split()[3]

    with UdpServer(port=0, log=log) as room, UdpClient("ada", room, on_event=ear) as ada:
        port = port_that_joins()
        room.close()
        ear.next(Gone)
        for _ in range(2):
            with pytest.raises(NobodyAnswers):
                ada.start()
        room.start()
        ada.start()
        assert port_that_joins() == port


def test_a_client_that_the_room_has_forgotten_is_back_once_it_speaks(room: UdpServer, ear: Heard[Event]) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        room._chat = UdpChat(log=lambda line: None)  # as after a crash: nobody was told anything
        with Voice(room.address, "bob") as bob:
            ada.say("this text is so long that the room answers the stranger who says it")
            ear.next(Gone("the room does not know you any more; trying to get in again"))
            bob.hears("ada joined!")
            ear.next(Joined("ada"))
            ada.say("back")
            bob.hears("ada: back")


@wine_differs(NO_RESET)
def test_a_room_that_crashed_is_noticed_with_the_next_word(silent: socket.socket, ear: Heard[Event]) -> None:
    def answer() -> None:
        _, address = silent.recvfrom(2000)
        silent.sendto(build_answer(Joined("ada")), address)
        silent.close()

    room = threading.Thread(target=answer, name="room")
    room.start()
    with UdpClient("ada", silent.getsockname(), on_event=ear) as ada:
        room.join(LIMIT)
        started = time.monotonic()
        ada.say("hi")
        ear.next(Gone("nobody answers any more; trying to get in again"))
        assert time.monotonic() - started < PATIENCE / 2


def test_whoever_is_refused_on_the_way_back_in_is_gone(room: UdpServer, ear: Heard[Event]) -> None:
    with UdpClient("ada", room, on_event=ear) as ada:
        room.close()
        room._chat.limits = Limits(max_members=1)
        room._chat.room.capacity = 0
        ear.next(Gone)
        room.start()
        ear.next(Gone("full: the room takes 0 members"))
        with pytest.raises(Refusal):
            ada.say("hi")


def test_a_hostile_room_can_neither_end_a_client_nor_paint_on_it(silent: socket.socket, ear: Heard[Event]) -> None:
    def answer() -> None:
        _, address = silent.recvfrom(2000)
        for datagram in (b"ada joined!", b"", b"\xff" * 60_000, b"PROVE_TAG:" + b"\xff" * 60_000, b"\x1b[2J: hi\x07"):
            silent.sendto(datagram, address)
        silent.sendto(b"bob: \x1b[2Jend\n", address)

    room = threading.Thread(target=answer, name="room")
    room.start()
    with UdpClient("ada", silent.getsockname(), on_event=ear):
        ear.next(Said("bob", "[2Jend"))
    room.join(LIMIT)


def test_many_threads_may_speak() -> None:
    room = UdpServer(port=0, limits=Limits(rate_limit=0))
    with room.start(), Voice(room.address, "bob") as bob, UdpClient("ada", room) as ada:

        def talk(who: int) -> None:
            for number in range(50):
                ada.say(f"{who} {number}")

        threads = [threading.Thread(target=talk, args=(who,), name=f"talk-{who}") for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bob.hears_times(200, lambda word: word.startswith(b"ada: "))


def test_a_client_may_be_closed_from_its_own_handler(room: UdpServer) -> None:
    closed = threading.Event()

    def close_at_the_end(event: Event) -> None:
        if event == Said("ada", "end"):
            ada.close()
            closed.set()

    ada = UdpClient("ada", room, on_event=close_at_the_end).start()
    ada.say("end")
    assert closed.wait(LIMIT)
    with Voice(room.address, "bob"):
        assert room.nicknames == ("bob",)
    ada.close()
    stay_of(ada)._thread.join(LIMIT)


@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
def test_a_handler_that_fails_ends_the_client_and_its_user_is_told(
    reliable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", shown.append)
    left = threading.Event()

    def log(line: str) -> None:
        if line.startswith("ada left: signed out"):
            left.set()

    gone: Heard[Event] = Heard()

    def fail(event: Event) -> None:
        if isinstance(event, Said):
            raise ZeroDivisionError("division by zero")
        gone(event)

    with UdpServer(port=0, reliable=reliable, log=log) as room:
        ada = UdpClient("ada", room, on_event=fail, reliable=reliable).start()
        ada.say("hi")
        assert left.wait(LIMIT)
        stay_of(ada)._thread.join(LIMIT)
        assert [type(arguments.exc_value) for arguments in shown] == [ZeroDivisionError]
        assert "on_event has failed" in str(gone.next(Gone))
        with pytest.raises(Refusal, match=r"^you are not in the room: on_event has failed \(ZeroDivisionError\(.*\)\)"):
            ada.say("hi")
        assert list(ada) == []  # it has ended
        ada.on_event = None
        with ada:  # and can be started again
            ada.say("hi")
            assert Said("ada", "hi") in [next(iter(ada)) for _ in range(2)]


def test_a_start_without_a_thread_left_says_so_and_leaves_nothing(
    room: UdpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = UdpClient("ada", room)
    with monkeypatch.context() as patch:
        no_thread_left_after(patch, 0)
        with pytest.raises(RuntimeError, match="the system has no thread left"):
            ada.start()
    with ada:
        assert room.nicknames == ("ada",)


@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
def test_a_client_whose_thread_fails_says_so_and_leaves_the_room(
    reliable: bool, ear: Heard[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sock: MemberSocket) -> bytes:
        raise ZeroDivisionError("division by zero")

    reason = "the client has failed (ZeroDivisionError('division by zero')): start it again"
    log: Heard[str] = Heard()
    with UdpServer(port=0, reliable=reliable, log=log) as room:
        ada = UdpClient("ada", room, on_event=ear, reliable=reliable).start()
        with monkeypatch.context() as patch:
            patch.setattr(MemberSocket, "receive", fail)
            ear.next(Gone(reason))
            stay_of(ada)._thread.join(LIMIT)
        log.wait_for(lambda line: line.startswith("ada left: signed out"))
        with pytest.raises(Refusal, match=re.escape(f"you are not in the room: {reason}")):
            ada.say("hi")
        with ada:
            ada.say("hi")
            ear.next(Said("ada", "hi"))


def test_a_client_whose_thread_fails_while_it_signs_up_does_not_start(
    room: UdpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sock: MemberSocket) -> bytes:
        raise ZeroDivisionError("division by zero")

    ada = UdpClient("ada", room)
    with monkeypatch.context() as patch:
        patch.setattr(MemberSocket, "receive", fail)
        with pytest.raises(NobodyAnswers, match="the client has failed"):
            ada.start()
    stay_of(ada)._thread.join(LIMIT)
    assert not stay_of(ada)._thread.is_alive()
    with ada:
        assert room.nicknames == ("ada",)


def test_closing_is_quick_tells_the_room_and_may_be_repeated(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob:
        client = UdpClient("ada", room).start()
        started = time.monotonic()
        client.close()
        client.close()
        assert time.monotonic() - started < 1 * SLOWER
        bob.hears("ada left!")
        with client:  # and started again
            bob.hears_times(2, lambda word: word == b"ada joined!")


def test_start_in_the_room_does_nothing(room: UdpServer) -> None:
    with UdpClient("ada", room) as ada:
        assert ada.start() is ada
        assert room.nicknames == ("ada",)


@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
def test_every_wait_of_the_users_thread_is_short(reliable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, Ctrl-C ends none: it is seen between two."""
    limits: list[float | None] = []

    class Noting(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            limits.append(timeout)
            return super().wait(timeout)

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        if thread.name == "udp-client-ada":
            limits.append(timeout)
        joined(thread, timeout)

    class Watched(Stay):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self._changed = Noting()

    joined = threading.Thread.join
    monkeypatch.setattr(client_module, "Stay", Watched)
    monkeypatch.setattr(threading.Thread, "join", join)
    with UdpServer(port=0, reliable=reliable) as room:
        ada = UdpClient("ada", room, reliable=reliable)
        ada._arrived = Noting()
        events = iter(ada.start())
        ada.say("hi")
        assert [next(events), next(events)] == [Joined("ada"), Said("ada", "hi")]
        ada.close()
    assert len(limits) > 1
    assert all(limit and limit <= 1 for limit in limits)


def test_closing_ends_a_start_that_waits(silent: socket.socket) -> None:
    client = UdpClient("ada", silent.getsockname())
    failures: list[Exception] = []

    def start() -> None:
        try:
            client.start()
        except NobodyAnswers as failure:
            failures.append(failure)

    starting = threading.Thread(target=start, name="starting")
    starting.start()
    silent.recv(2000)
    client.close()
    starting.join(LIMIT)
    assert [str(failure) for failure in failures] == ["the client was closed while it signed up"]


@not_here(sys.platform == "win32", "Windows has no Ctrl-C that a test can send to itself alone")
@pytest.mark.usefixtures("signals_of_a_terminal")
def test_ctrl_c_while_it_signs_up_leaves_nothing_running(silent: socket.socket) -> None:
    client = UdpClient("ada", silent.getsockname())

    def press_ctrl_c() -> None:
        silent.recv(2000)
        os.kill(os.getpid(), signal.SIGINT)

    user = threading.Thread(target=press_ctrl_c, name="user")
    user.start()
    with pytest.raises(KeyboardInterrupt):
        client.start()
    user.join(LIMIT)
    assert silent.recv(2000) == b"SIGNOUT_TAG:"
    assert not stay_of(client)._thread.is_alive()
