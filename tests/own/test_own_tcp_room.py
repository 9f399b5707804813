"""The room of ex11, in a notebook's panel: whose code runs it, and what becomes of it when that code fails."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatlab.own.own_tcp_room import ExerciseTcpServer
from chatlab.own.trials.tcp import SelectorServer
from chatlab.panels import RoomPanel
from chatlab.room.errors import CantListen
from chatlab.room.events import Said
from chatlab.tcp.client import TcpClient
from chatlab.trace import Trace
from tests.grading.course import EXERCISES, SOLUTIONS
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER
FILE = "ex11_a_threaded_tcp_server.py"
ANSWER = (SOLUTIONS / FILE).read_text(encoding="utf-8")
SENDS = "recipient.sendall(delivery.lines)"
MARKS = 'recipient.sendall(delivery.lines.replace(b"ping", b"pong"))'


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Writes the answer to ex11 of the course that the current directory is in; it is untouched at first."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return lambda answer: (tmp_path / "exercises" / FILE).write_text(answer, encoding="utf-8")


@pytest.fixture
def server() -> Iterator[ExerciseTcpServer]:
    server = ExerciseTcpServer()
    yield server
    server.close()


def says_ping(server: ExerciseTcpServer) -> str:
    """What bob hears when ada says ping."""
    with TcpClient("bob", server) as bob, TcpClient("ada", server) as ada:
        ada.say("ping")
        return next(event.text for event in bob if isinstance(event, Said))


def test_the_room_is_ours_until_ex11_is_started(write: Callable[[str], object], server: ExerciseTcpServer) -> None:
    server.start()
    assert server.whose == "ex11 is not started yet. Until it is, this is chatlab's own room."
    assert says_ping(server) == "ping"
    port = server.address[1]
    server.close()
    write(ANSWER.replace(SENDS, MARKS))
    server.start()
    assert server.whose == "This room is yours: ex11 runs it."
    assert says_ping(server) == "pong"
    assert server.address[1] == port
    assert (server.counts.received, server.counts.sent > 5) == (3, True)
    assert server.join_command.startswith("python -m chatlab.tcp.client --host 127.0.0.1 --port ")


def test_the_room_of_ex16_is_one_thread_of_the_learners(write: Callable[[str], object]) -> None:
    name = "ex16_a_selector_loop.py"
    write_it = Path("exercises", name)
    write_it.write_text((SOLUTIONS / name).read_text(encoding="utf-8"), encoding="utf-8")
    before = set(threading.enumerate())
    with SelectorServer() as server:
        assert server.whose == "This room is yours: ex16 runs it."
        threads = {thread.name for thread in set(threading.enumerate()) - before}
        assert threads == {"own-room", "selector-loop"}
        assert says_ping(server) == "ping"


@pytest.mark.usefixtures("services_may_fail")
def test_a_thread_that_crashes_ends_the_room_and_the_panel_says_where(
    write: Callable[[str], object], server: ExerciseTcpServer
) -> None:
    write(ANSWER.replace("data = client.recv(4096)", "data = cleint.recv(4096)"))
    with RoomPanel(server, about=lambda: server.whose) as room:
        [watcher] = [thread for thread in threading.enumerate() if thread.name == "own-room"]
        with socket.create_connection(server.address[:2], timeout=LIMIT):
            watcher.join(LIMIT)
        assert not server.running
        room._show()
        assert "A thread of yours has ended with NameError: name &#x27;cleint&#x27;" in room._details.value
        assert f"{FILE}, line " in room._details.value
        write(ANSWER)
        room._button.click()
        assert says_ping(server) == "ping"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # an end by SystemExit
@pytest.mark.usefixtures("services_may_fail")
def test_a_server_that_does_not_close_says_so_and_gives_its_port_back(
    write: Callable[[str], object], server: ExerciseTcpServer
) -> None:
    answer = ANSWER.replace("socket.create_connection(self", "print(self").replace(", timeout=1).close()", ")")
    # It looks at nothing between two accepts: else it might end by chance, before it waits again.
    write(answer.replace("while not self._closing.is_set():", "while True:").replace("    continue", "    return"))
    server.start()
    with socket.create_connection(server.address[:2], timeout=LIMIT) as ada:
        assert ada.recv(100) == b"NICK\n"
        server.close()
        assert "It had not ended after 2 s" in str(server.failure)
        with pytest.raises(OSError, match="."), socket.create_connection(server.address[:2], timeout=LIMIT):
            pass
    for thread in threading.enumerate():
        if thread.name.startswith(("accept", "client-")):
            thread.join(LIMIT)
            assert not thread.is_alive()


def test_a_port_that_is_taken_is_said(write: Callable[[str], object]) -> None:
    write(ANSWER)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = ExerciseTcpServer(port=taken.getsockname()[1])
        with pytest.raises(CantListen, match="is taken"):
            server.start()


@pytest.mark.parametrize("is_started", [False, True])
def test_its_end_of_each_stream_is_in_a_trace(write: Callable[[str], object], is_started: bool) -> None:
    if is_started:
        write(ANSWER)
    trace = Trace()
    server = ExerciseTcpServer(trace=trace)
    with server:
        assert says_ping(server) == "ping"
    streams = trace.streams
    assert [stream.source for stream in streams if stream.destination == "room"] == ["bob", "ada"]
    for stream in streams:
        pieces = stream.sent if stream.source == "room" else stream.received
        assert pieces
        assert (pieces[0].start, pieces[-1].stop) == (0, len(stream.data))
