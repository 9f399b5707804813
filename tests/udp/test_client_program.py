"""`python -m chatlab.udp.client` with its input from a pipe, and two others in the room."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import pytest

from chatlab.room.events import Event, Left, Said
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.systems import not_here

from ..programs import LIMIT, STOPS, Program, code_after
from ..waiting import Heard
from .voice import Voice

CLIENT = ("-m", "chatlab.udp.client")
# The same with half a second of patience instead of five.
IMPATIENT = (
    "-c",
    "import sys; from chatlab.udp import client, membership; membership.PATIENCE = 0.5; "
    "sys.exit(client.main(sys.argv[1:]))",
)


def client(room: UdpServer, *options: str) -> Program:
    return Program(*CLIENT, "--port", str(room.address[1]), *options)


def test_lines_from_a_pipe_are_said_and_what_happens_is_printed(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as program:
        program.type("hi\n\nhello\n!q\nnever said\n")
        assert program.rest() == ["ada joined!", "ada: hi", "ada: hello"]
        assert program.wait() == 0
        assert program.errors == ""
        bob.hears("ada left!")
        assert bob.words()[-4:] == [b"ada joined!", b"ada: hi", b"ada: hello", b"ada left!"]


def test_all_that_is_piped_in_is_said(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as ada:
        ada.type("".join(f"{number}\n" for number in range(140)))
        ada.end_input()
        bob.hears("ada left!", 2 * LIMIT)
        assert bob.words()[2:-1] == [b"ada: %d" % number for number in range(140)]
        assert ada.wait() == 0


@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_the_help_tells_the_pace_of_what_is_piped_in(kind: str) -> None:
    with Program("-m", f"chatlab.{kind}.client", "--help") as program:
        told = " ".join(" ".join(program.rest()).split())
        assert "Lines that are piped in are said at 20 a second, a room's default limit." in told


def test_the_end_of_the_input_leaves_the_room(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as program:
        program.type("no newline at the end")
        program.end_input()
        bob.hears("ada: no newline at the end")
        bob.hears("ada left!")
        assert program.wait() == 0


def test_without_a_nickname_the_first_line_is_one(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room) as program:
        program.type("  ada \nhi\n!q\n")
        bob.hears("ada: hi")
        assert program.wait() == 0


def test_three_front_ends_in_one_room_hear_every_message(room: UdpServer) -> None:
    heard = Heard[Event]()
    with (
        Voice(room.address, "raw") as raw,
        UdpClient("class", room, on_event=heard) as instance,
        client(room, "--nick", "program") as program,
    ):
        program.wait_for_line("program joined!")
        for number in range(3):
            raw.say(f"r{number}")
            program.wait_for_line(f"raw: r{number}")
            instance.say(f"c{number}")
            program.wait_for_line(f"class: c{number}")
            program.type(f"p{number}\n")
            program.wait_for_line(f"program: p{number}")
        program.type("!q\n")
        raw.hears("program left!")
        heard.wait_for(lambda event: event == Left("program"))
    said = [f"{who}: {who[0]}{number}" for number in range(3) for who in ("raw", "class", "program")]
    assert [word.decode() for word in raw.words() if b": " in word] == said
    assert [f"{event.nickname}: {event.text}" for event in heard.all if isinstance(event, Said)] == said
    assert [line for line in program.lines if ": " in line] == said


def test_odd_input_is_said_as_text(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as program:
        program.type_bytes(b"caf\xe9\n\x1b[2J\nSIGNOUT_TAG:\n" + b"x" * 2000 + b"\nend\n!q\n")
        bob.hears("ada: end")
        assert bob.words()[2:6] == ["ada: caf\ufffd".encode(), b"ada: [2J", b"ada: SIGNOUT_TAG:", b"ada: end"]
        assert "(refused: a message has at most 1024 bytes)" in program.rest()
        assert program.wait() == 0


def test_the_end_of_the_room_is_said(room: UdpServer) -> None:
    with Program(*IMPATIENT, "--port", str(room.address[1]), "--nick", "ada") as program:
        program.wait_for_line("ada joined!")
        room.close()
        program.wait_for_line("(the room has closed or lost sight of you; trying to get in again)")
        program.wait_for_line("(nobody answers at 127.0.0.1:")
        program.type("anybody?\n")
        program.wait_for_line("(you are not in the room: wait until you are, then say it again)")
        program.type("!q\n")
        assert program.wait() == 0
        assert program.errors == ""


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_leaves_the_room(room: UdpServer, stop: Callable[[Program], None]) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as program:
        program.type("hi\n")
        program.wait_for_line("ada: hi")
        assert code_after(stop, program) == 0
        bob.hears("ada left!")
        assert program.errors == ""


@not_here(sys.platform == "win32", "Windows sends no signal to a thread")
def test_a_signal_that_does_not_wake_the_main_thread_ends_it_too(room: UdpServer) -> None:
    """As one that comes in the very instant before Python waits for a line."""
    code = """if True:
        import signal, socket, sys, threading
        from chatlab.udp import client

        def be_the_one_who_gets_it():
            socket.create_connection(("127.0.0.1", int(sys.argv[1]))).recv(1)
            signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

        threading.Thread(target=be_the_one_who_gets_it, daemon=True).start()
        sys.exit(client.main(sys.argv[2:]))
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        with (
            Voice(room.address, "bob") as bob,
            Program("-c", code, port, "--port", str(room.address[1]), "--nick", "ada") as program,
        ):
            trigger, _ = listener.accept()
            program.wait_for_line("ada joined!")
            for number in range(5):  # meanwhile it begins to wait for a line
                bob.say(str(number))
                program.wait_for_line(f"bob: {number}")
            with trigger:
                assert code_after(lambda program: trigger.send(b"!"), program) == 0


def test_a_signal_while_nobody_answers_ends_it(room: UdpServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with Program(*CLIENT, "--port", str(silent.getsockname()[1]), "--nick", "ada") as program:
            silent.recv(2000)
            assert code_after(Program.press_ctrl_c, program) == 0
            assert program.errors == ""


def test_output_that_nobody_reads_does_not_keep_it_from_talking(room: UdpServer) -> None:
    with Voice(room.address, "bob") as bob, client(room, "--nick", "ada") as program:
        program.wait_for_line("ada joined!")
        for number in range(95):
            bob.say("x" * 1000)
            bob.hears_times(number + 1, lambda word: word.startswith(b"bob: x"))
        program.type("still here\n!q\n")
        bob.hears("ada: still here")
        bob.hears("ada left!")
        assert program.wait() == 0


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--nick", "two words"], "letters, digits, _ and - only: no spaces in a nickname"),
        (["--port", "x"], "python -m chatlab.udp.client: argument --port: 'x' is not a port: choose a number"),
        (["--host", "..", "--nick", "ada"], "can't find the host '..': check its spelling, or type its IP address"),
        (["--port", "{room}", "--nick", "bob"], "taken: that nickname, or one that looks like it"),
        (["--port", "{silent}", "--nick", "ada"], "nobody answers at 127.0.0.1:{silent}: is the server running there?"),
    ],
    ids=["bad nickname", "bad port", "no such host", "nickname taken", "nobody"],
)
def test_what_it_cannot_do_is_one_line_that_says_what_to_do_and_code_2(
    room: UdpServer, options: list[str], error: str
) -> None:
    with Voice(room.address, "bob"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ports = {"room": room.address[1], "silent": silent.getsockname()[1]}
        with Program(*IMPATIENT, *(option.format(**ports) for option in options)) as program:
            assert program.wait() == 2
            assert program.errors.replace("-c: ", "python -m chatlab.udp.client: ").startswith(error.format(**ports))
            assert program.errors.count("\n") == 1
