"""`python -m chatlab.tcp.server` and `python -m chatlab.tcp.client`, as a user runs them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from chatlab.tcp.limits import Limits
from chatlab.tcp.models.serving import DEFAULT_MODEL, MODELS, Model
from chatlab.tcp.server import TcpServer
from tests.programs import MORE_THAN_A_PIPE, STOPS, Program, code_after
from tests.tcp.raw_client import HealthyPair, RawClient, eventually

SERVER = ("-m", "chatlab.tcp.server")
CLIENT = ("-m", "chatlab.tcp.client")


@contextmanager
def serving(*options: str, **environment: str) -> Iterator[tuple[Program, tuple[str, int]]]:
    with Program(*SERVER, "--port", "0", *options, **environment) as program:
        line = program.wait_for_line("Join it: python -m chatlab.tcp.client --host 127.0.0.1 --port ")
        yield program, ("127.0.0.1", int(line.split()[-1]))


@pytest.fixture
def room() -> Iterator[TcpServer]:
    with TcpServer(port=0) as room:
        yield room


def talking(room: TcpServer, *options: str) -> Program:
    host, port = room.address[:2]
    return Program(*CLIENT, "--host", host, "--port", str(port), *options)


def test_the_server_logs_who_comes_and_goes_and_no_control_character(model: Model) -> None:
    with serving("--model", model) as (program, address):
        with RawClient(address, "Zoé"):
            assert program.wait_for_line("joined").startswith("Zoé joined from 127.0.0.1:")
        assert program.wait_for_line("left") == "Zoé left: hung up (0 here)"
        with RawClient(address) as stranger:
            stranger.say("e\x1bve")
            stranger.wait_for("NICK letters, digits, _ and - only")
        program.press_ctrl_c()
        assert program.rest() == []


@pytest.mark.parametrize("output", ["unread", "closed", "ascii"])
def test_nothing_stalls_when_the_servers_output_is_not_read_closed_or_ascii_only(model: Model, output: str) -> None:
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"} if output == "ascii" else {}
    with serving("--model", model, **environment) as (program, address):
        if output == "closed":
            program.close_output()
        with HealthyPair(address):
            for number in range(MORE_THAN_A_PIPE if output == "unread" else 5):
                with RawClient(address, f"é{number}"):
                    pass
        if output == "ascii":
            program.wait_for_line("\\xe94 left")
        program.press_ctrl_c()
        assert program.wait(5) == 0
        assert program.errors == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--port", "70000"], "'70000' is not a port"),
        (["--port", "x"], "'x' is not a port"),
        (["--host", "no-such-host.invalid"], "can't find the host 'no-such-host.invalid'"),
        (["--host", "192.0.2.1"], "that is not an address of this machine: try --host 127.0.0.1"),
        (["--model", "fork"], "argument --model: invalid choice: 'fork'"),
        (["--rate-limit", "-1"], "'-1' is not a number of 0 or more"),
        (["--max-outbox", "1"], "'1' is not a number of 4096 or more"),
        (["--host", ""], "argument --host: an empty host is none"),
    ],
)
def test_a_mistake_of_who_starts_the_server_is_one_line_and_exit_code_2(options: list[str], says: str) -> None:
    with Program(*SERVER, "--port", "0", *options) as program:
        assert program.wait() == 2
        assert says in program.errors
        assert program.errors.count("\n") == 1
        assert program.errors.endswith("\n")


def test_a_port_in_use(room: TcpServer) -> None:
    with Program(*SERVER, "--port", str(room.address[1])) as program:
        assert program.wait() == 2
        assert program.errors == (
            f"can't listen on 127.0.0.1:{room.address[1]}: port {room.address[1]} is taken or not allowed: "
            "stop who uses it, or choose another with --port\n"
        )


def test_help_lists_the_models_the_limits_and_their_defaults() -> None:
    with Program(*SERVER, "--help", COLUMNS="1000") as program:
        text = "\n".join(program.rest())
        assert program.wait() == 0
    assert f"{{{','.join(MODELS)}}}" in text
    assert f"(default: {DEFAULT_MODEL})" in text
    for name, default in (("max-bytes", 1024), ("max-outbox", 65536), ("nickname-tries", 10), ("nickname-time", 30.0)):
        assert any(f"--{name} " in line and f"(default: {default})" in line for line in text.splitlines())


def test_two_terminals_and_a_raw_socket_in_one_room(room: TcpServer) -> None:
    with talking(room, "--nick", "ada") as ada, RawClient(room.address, "raw") as raw:
        ada.wait_for_line("ada joined!")
        with talking(room, "--nick", "bob") as bob:
            bob.wait_for_line("bob joined!")
            ada.wait_for_line("bob joined!")
            ada.type("hé 🐍\n")
            ada.wait_for_line("ada: hé 🐍")
            bob.wait_for_line("ada: hé 🐍")
            raw.wait_for("ada: hé 🐍")
            raw.say("hello")
            bob.wait_for_line("raw: hello")
            bob.type("!q\n")
            assert bob.wait() == 0
            ada.wait_for_line("bob left!")
            ada.end_input()
            assert ada.wait() == 0
            assert ada.errors == bob.errors == ""


def test_a_nickname_that_is_refused_where_nobody_can_be_asked(room: TcpServer) -> None:
    with RawClient(room.address, "ada"), talking(room, "--nick", "Ada") as program:
        assert program.wait() == 2
        assert program.errors == "taken: that nickname, or one that looks like it\n"


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Program(*CLIENT, "--port", str(port), "--nick", "ada") as program:
        assert program.wait() == 2
        assert program.errors == f"nobody answers at 127.0.0.1:{port}: is the server running there?\n"


def test_the_terminal_says_that_the_server_went_away_and_connects_again(room: TcpServer) -> None:
    with talking(room, "--nick", "ada") as ada:
        ada.wait_for_line("ada joined!")
        room.close()
        ada.wait_for_line("the room is closing; say something to connect again)")
        ada.type("anybody?\n")
        ada.wait_for_line("(nobody answers at ")
        room.start()
        with RawClient(room.address, "bob") as bob:
            ada.type("here I am\n")
            bob.wait_for("ada: here I am")


def test_a_client_without_an_input(room: TcpServer) -> None:
    program = "import sys; sys.stdin = None; from chatlab.tcp.client import main; sys.exit(main(sys.argv[1:]))"
    with Program("-c", program, "--port", str(room.address[1]), "--nick", "ada") as ada:
        ada.wait_for_line("ada joined!")
        assert ada.wait() == 0
        assert ada.errors == ""


def test_all_that_is_piped_in_arrives(room: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that says it all at once and leaves loses what the room did not let it say in time."""
    monkeypatch.setattr("chatlab.tcp.chat.PARTING_TIME", 0.5)
    with RawClient(room.address, "bob") as bob, talking(room, "--nick", "ada") as ada:
        bob.wait_for("ada joined the chat")
        ada.type("".join(f"{number}\n" for number in range(160)))
        ada.end_input()
        assert bob.wait_for("ada left the chat!")[:-1] == [f"ada: {number}" for number in range(160)]
        assert ada.wait() == 0


def test_ctrl_c_ends_a_client_whose_last_words_nobody_reads() -> None:
    with TcpServer(port=0, limits=Limits(rate_limit=0.1)) as room, talking(room, "--nick", "ada") as ada:
        ada.wait_for_line("ada joined!")
        ada.type("one\ntwo\nthree\n")
        ada.wait_for_line("ada: three")
        ada.end_input()
        eventually(lambda: room.counts.received == 2)
        ada.press_ctrl_c()
        assert ada.wait(5) == 0
        assert ada.errors == ""


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_while_nobody_lets_it_in_ends_a_client(stop: Callable[[Program], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with Program(*CLIENT, "--port", str(silent.getsockname()[1]), "--nick", "ada") as ada:
            room_side, _ = silent.accept()
            with room_side:
                assert code_after(stop, ada) == 0
            assert ada.errors == ""


def test_ctrl_c_ends_a_client_that_waits_in_the_midst_of_its_words() -> None:
    """For a room that is stuck."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with Program(*CLIENT, "--port", str(listener.getsockname()[1]), "--nick", "ada") as ada:
            room_side, _ = listener.accept()
            room_side.sendall(b"NICK\nConnected to the server!\n")
            ada.wait_for_line("ada joined!")
            typed = 0

            def type_on() -> None:
                nonlocal typed
                with suppress(OSError):  # until nobody reads it any more
                    while True:
                        ada.type(("x" * 1000 + "\n") * 10)
                        typed += 1
                with suppress(OSError):
                    ada.end_input()

            typing = threading.Thread(target=type_on)
            typing.start()
            before = -1
            while typed != before:
                before = typed
                typing.join(0.5)
            ada.press_ctrl_c()
            assert ada.wait(5) == 0
            assert ada.errors == ""
            typing.join()
        room_side.close()
