"""The room of ex05 in a notebook: whose code runs it, and what becomes of it when that code is changed or fails."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatlab.grading.attempt.printed import Printed
from chatlab.own import own_room, try_out
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_file import OwnFile
from chatlab.panels import RoomPanel
from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Said
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.grading.course import EXERCISES, SOLUTIONS
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER
FILE = "ex05_a_udp_server.py"
ANSWER = (SOLUTIONS / FILE).read_text(encoding="utf-8")
LINE, MARKED_LINE = "sendto(datagram, ", 'sendto(datagram.replace(b"ping", b"pong"), '
TAKEN = "taken: that nickname"
HANGS = ANSWER.replace("self.sock.sendto(b", "print(b").replace(", self.sock.getsockname())", ")")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Writes the answer to ex05 of the course that the current directory is in; it is untouched at first."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return lambda answer: (tmp_path / "exercises" / FILE).write_text(answer, encoding="utf-8")


@pytest.fixture
def server() -> Iterator[ExerciseServer]:
    server = ExerciseServer()
    yield server
    server.close()


def wait_for_end(server: ExerciseServer) -> None:
    [watcher] = [thread for thread in threading.enumerate() if thread.name == "own-room"]
    watcher.join(LIMIT)
    assert not server.running


def says_ping(server: ExerciseServer) -> str:
    """What ada hears when she says ping."""
    with UdpClient("ada", server) as ada:
        ada.say("ping")
        return next(event.text for event in ada if isinstance(event, Said))


def test_the_room_is_ours_until_ex05_is_started(write: Callable[[str], object], server: ExerciseServer) -> None:
    server.start()
    assert server.whose == "ex05 is not started yet. Until it is, this is chatlab's own room."
    assert says_ping(server) == "ping"
    port = server.address[1]
    server.close()
    write(ANSWER.replace(LINE, MARKED_LINE))
    server.start()
    assert server.whose == "This room is yours: ex05 runs it."
    assert says_ping(server) == "pong"
    assert server.address[1] == port


def test_the_panel_sees_who_is_in_the_learners_room(write: Callable[[str], object], server: ExerciseServer) -> None:
    write(ANSWER)
    server.start()
    with UdpClient("ada", server) as ada:
        ada.say("ping")
        assert Said("ada", "ping") in iter(ada)
        assert server.nicknames == ("ada",)
        assert server.join_command.startswith("python -m chatlab.udp.client --host 127.0.0.1 --port ")
        assert server.counts.received >= 2
        assert server.counts.sent >= 2


def test_a_taken_nickname_is_refused_in_words(
    write: Callable[[str], object], server: ExerciseServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a chat that nobody calls `tick` of: a sign-up that waited for it would never be answered."""
    shutil.copy(SOLUTIONS / "ex06_a_udp_client.py", "exercises")
    write(ANSWER)
    server.start()
    with UdpClient("ada", server):
        with pytest.raises(Refusal, match=TAKEN):
            UdpClient("ada", server).start()
        try_out("ex06", server, "ada")
    assert TAKEN in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("def", f"invalid syntax. {FILE}, line 1: def"),
        ("", f"{FILE} has no Server."),
        (ANSWER.replace("_receiver.start()", "_receiver.run()"), "It had not ended after 2 s"),
    ],
)
def test_code_that_fails_is_told_in_one_line_and_can_be_mended(
    answer: str, says: str, write: Callable[[str], object], server: ExerciseServer
) -> None:
    write(answer)
    with RoomPanel(server) as room:
        assert not server.running
        assert server.whose.startswith("No room: ")
        assert says in server.whose
        write(ANSWER)
        room._button.click()
        assert server.running
        assert says_ping(server) == "ping"


def test_a_start_that_is_interrupted_leaves_nothing(
    write: Callable[[str], object], server: ExerciseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Ctrl-C, while the learner's file loads."""

    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    before, threads = threading.excepthook, threading.active_count()
    write(ANSWER)
    with monkeypatch.context() as patch:
        patch.setattr(OwnFile, "use", interrupt)
        with pytest.raises(KeyboardInterrupt):
            server.start()
    assert (threading.excepthook, threading.active_count()) == (before, threads)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(server.address)  # the port is free
    assert not server.running
    server.start()
    assert says_ping(server) == "ping"


def test_a_stop_that_is_interrupted_leaves_nothing(
    write: Callable[[str], object], server: ExerciseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float, stop: Callable[[], None], printed: Printed) -> None:
        stop()
        raise KeyboardInterrupt

    before = threading.excepthook
    write(ANSWER)
    server.start()
    room = server._room
    assert isinstance(room, own_room.OwnRoom)
    with monkeypatch.context() as patch:
        patch.setattr(own_room, "run_within", interrupt)
        with pytest.raises(KeyboardInterrupt):
            room.close()
    assert threading.excepthook == before
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(server.address)


@pytest.mark.usefixtures("services_may_fail")
def test_a_thread_that_crashes_ends_the_room_and_the_panel_says_where(
    write: Callable[[str], object], server: ExerciseServer
) -> None:
    before = threading.excepthook
    write(ANSWER.replace("datagram, address = arrival", "datagram, adress = arrival"))
    with RoomPanel(server, about=lambda: server.whose) as room:
        assert "This room is yours" in room._details.value
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ada:
            ada.sendto(b"SIGNUP_TAG:ada", server.address)
            wait_for_end(server)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(server.address)  # the port is free
        assert threading.excepthook == before
        room._show()
        assert "has failed" in room._state.value
        assert "A thread of yours has ended with NameError: name &#x27;address&#x27;" in room._details.value
        assert f"{FILE}, line " in room._details.value
        assert "self.chat.receive(datagram, address, time.monotonic())" in room._details.value
        write(ANSWER)
        room._button.click()
        assert says_ping(server) == "ping"


@pytest.mark.usefixtures("services_may_fail")
def test_chatlabs_own_room_that_fails_in_its_place_ends_it_too(
    write: Callable[[str], object], server: ExerciseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(room: UdpServer, batch: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(UdpServer, "_handle", fail)
    server.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ada:
        ada.sendto(b"SIGNUP_TAG:ada", server.address)
        wait_for_end(server)
    assert isinstance(server.failure, ZeroDivisionError)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # an end by SystemExit
@pytest.mark.usefixtures("services_may_fail")
def test_a_server_that_does_not_stop_says_so_and_gives_its_port_back(
    write: Callable[[str], object], server: ExerciseServer
) -> None:
    write(HANGS)
    server.start()
    server.close()
    server.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(server.address)
    for thread in threading.enumerate():
        if thread.name == "receive":
            thread.join(LIMIT)
            assert not thread.is_alive()
    assert not server.running


def test_who_is_there_comes_back_when_the_room_was_stopped(
    write: Callable[[str], object], server: ExerciseServer
) -> None:
    with RoomPanel(server) as room, UdpClient("ada", server) as ada:
        write(ANSWER)
        room._button.click()
        room._button.click()
        events = iter(ada)
        assert [type(next(events)) for _ in range(3)] == [Joined, Gone, Joined]
        assert server.whose == "This room is yours: ex05 runs it."
