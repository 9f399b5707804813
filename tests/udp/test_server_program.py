"""`python -m chatlab.udp.server`, as a user runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from chatlab.room.addresses import Address
from chatlab.udp.client import UdpClient
from tests.systems import FOREIGN_HOST, SLOWER, not_here

from ..programs import LIMIT, MORE_THAN_A_PIPE, STOPS, Program
from .voice import Voice, healthy_talk

SERVER = ("-m", "chatlab.udp.server")
READY = re.compile(
    r"The room is open at 127\.0\.0\.1:(\d+) \(Ctrl-C closes it\)\. "
    r"Join it: python -m chatlab\.udp\.client --host 127\.0\.0\.1 --port \1"
)
SOON = 1.0 * SLOWER  # seconds within which a signal ends the server

Stop = Callable[[Program], None]


@pytest.fixture
def server() -> Iterator[Program]:
    with Program(*SERVER, "--port", "0") as server:
        yield server


def address(server: Program) -> Address:
    """Where the server is, from its first line."""
    found = READY.fullmatch(server.lines[0] if server.lines else server.wait_for_line(""))
    assert found
    return ("127.0.0.1", int(found[1]))


def stopped(server: Program, stop: Stop) -> int:
    """The exit code; fails if it takes too long."""
    started = time.monotonic()
    stop(server)
    code = server.wait()
    assert time.monotonic() - started < SOON
    return code


def test_it_prints_a_line_when_it_is_ready_and_one_for_each_who_comes_or_goes(server: Program) -> None:
    room = address(server)
    with Voice(room, "ada") as ada:
        assert server.wait_for_line("ada") == f"ada joined from 127.0.0.1:{ada.address[1]} (1 here)"
        ada.say("hi")
        ada.send(b"SIGNOUT_TAG:")
        assert server.wait_for_line("ada") == "ada left: signed out (0 here)"
    server.press_ctrl_c()
    assert server.rest() == []


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_ends_it_within_a_second_with_code_0_and_all_are_told(server: Program, stop: Stop) -> None:
    with Voice(address(server), "ada") as ada, Voice(address(server), "bob") as bob:
        assert stopped(server, stop) == 0
        ada.hears("ada left!")
        bob.hears("bob left!")
        assert server.errors == ""
        assert server.rest()[-1] == "bob left: the room is closing (0 here)"


@not_here(not hasattr(signal, "SIGHUP"), "Windows has no SIGHUP: a window that is closed ends it")
@pytest.mark.usefixtures("signals_of_a_terminal")
def test_a_terminal_that_is_closed_ends_it_and_all_are_told(server: Program) -> None:
    with Voice(address(server), "ada") as ada:
        assert stopped(server, lambda program: os.kill(program.pid, signal.SIGHUP)) == 0
        ada.hears("ada left!")


@not_here(not hasattr(signal, "SIGHUP"), "Windows has no SIGHUP")
def test_with_nohup_it_outlives_the_terminal() -> None:
    nohup = (
        "import runpy, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "sys.argv[:1] = []; runpy._run_module_as_main(sys.argv[0])"
    )
    with Program("-c", nohup, *SERVER[1:], "--port", "0") as server, Voice(address(server), "ada") as ada:
        os.kill(server.pid, signal.SIGHUP)
        ada.say("still here?")
        ada.hears("ada: still here?")
        server.terminate()
        assert server.wait() == 0


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("output", ["not read", "closed"])
def test_output_that_is_not_read_or_closed_stalls_nothing(stop: Stop, output: str) -> None:
    with Program(*SERVER, "--port", "0", "--rate-limit", "0") as server:
        room = address(server)
        if output == "closed":
            server.close_output()
        with healthy_talk(room), Voice(room) as restless:
            for number in range(MORE_THAN_A_PIPE):
                restless.send(b"SIGNUP_TAG:restless")
                restless.send(b"SIGNOUT_TAG:")
                if number % 20 == 0:  # the room takes so much at once, and no more
                    restless.send(b"hello, is anybody here?")
                    restless.hears_times(number // 20 + 1, lambda word: word.startswith(b"REFUSED_TAG:s"))
        assert stopped(server, stop) == 0
        assert server.errors == ""


def test_names_that_its_output_has_no_letters_for_are_escaped_there_and_whole_in_the_room() -> None:
    with Program(*SERVER, "--port", "0", PYTHONIOENCODING="ascii") as server, Voice(address(server), "ada") as ada:
        with Voice(address(server), "Zoë"):
            ada.hears("Zoë joined!")
            assert server.wait_for_line("Zo").startswith(r"Zo\xeb joined from 127.0.0.1:")
        ada.say("still here")
        ada.hears("ada: still here")
        assert server.errors == ""


def test_it_prints_no_control_character_whatever_comes(server: Program) -> None:
    with Voice(address(server), "ada") as ada:
        for nickname in (b"\x1b[2J", b"eve\nada left", b"\x07", b"\x9b", b"\xe2\x80\xae"):
            ada.send(b"SIGNUP_TAG:" + nickname)
            ada.send(b"hi " + nickname)
        ada.hears_times(5, lambda word: word.startswith(b"ada: hi "))
    server.press_ctrl_c()
    assert all(line.isprintable() for line in [*server.rest(), *server.lines])


def test_it_starts_again_on_the_same_port_at_once(server: Program) -> None:
    room = address(server)
    with Voice(room, "ada") as ada:
        server.press_ctrl_c()
        ada.hears("ada left!")
        assert server.wait() == 0
        with Program(*SERVER, "--port", str(room[1])) as again:
            assert address(again) == room
            with healthy_talk(room):
                pass


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--port", "{taken}"], "can't listen on 127.0.0.1:{taken}: port {taken} is taken or not allowed: stop who"),
        (["--port", "65536"], "python -m chatlab.udp.server: argument --port: '65536' is not a port: choose a number"),
        (["--port", "http"], "python -m chatlab.udp.server: argument --port: 'http' is not a port: choose a number"),
        (["--host", ".."], "can't find the host '..': check its spelling, or type its IP address"),
        (
            ["--host", FOREIGN_HOST],
            f"can't listen on [{FOREIGN_HOST}]:9999: that is not an address of this machine: try --host",
        ),
        (["--max-members", "0"], "python -m chatlab.udp.server: argument --max-members: '0' is not a number of 1 or"),
        (["--max-bytes", "100"], "python -m chatlab.udp.server: argument --max-bytes: '100' is not a number of 128 or"),
        (
            ["--max-bytes", "65507"],
            "python -m chatlab.udp.server: argument --max-bytes: '65507' is too much: the highest",
        ),
        (["--idle-limit", "3"], "python -m chatlab.udp.server: argument --idle-limit: '3' is not a number of 50 or mo"),
        (["--hots", "x"], "python -m chatlab.udp.server: unrecognized arguments: --hots x (--help lists the options)"),
    ],
    ids=[
        "port in use",
        "port too large",
        "port not a number",
        "no such host",
        "foreign host",
        "nobody",
        "short",
        "long",
        "restless",
        "option",
    ],
)
def test_what_it_cannot_do_is_one_line_that_says_what_to_do_and_code_2(options: list[str], error: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        taken = sock.getsockname()[1]
        with Program(*SERVER, *(option.format(taken=taken) for option in options)) as server:
            assert server.wait() == 2
            assert server.errors.startswith(error.format(taken=taken))
            assert server.errors.count("\n") == 1
            assert server.rest() == []


def test_limits_can_be_changed() -> None:
    options = ["--max-members", "1", "--max-bytes", "200", "--rate-limit", "1"]
    with Program(*SERVER, "--port", "0", *options) as server:
        room = address(server)
        with Voice(room, "ada") as ada, Voice(room) as bob:
            bob.send(b"SIGNUP_TAG:bob".ljust(128))
            bob.hears("REFUSED_TAG:full: the room takes 1 members")
            ada.say("x" * 201)
            ada.hears("REFUSED_TAG:a message has at most 200 bytes")


def test_with_prove_address_it_lets_in_who_echoes_the_token() -> None:
    with Program(*SERVER, "--port", "0", "--prove-address") as server, UdpClient("ada", address(server)[:2]):
        server.wait_for_line("ada joined from")


def test_help_lists_the_limits_and_their_defaults() -> None:
    with Program(*SERVER, "--help") as server:
        helped = " ".join(" ".join(server.rest()).split())
        assert server.wait(LIMIT) == 0
    for option in (
        "--host HOST address to listen at; 0.0.0.0: every one of this machine (default: 127.0.0.1)",
        "--port PORT port of the server (default: 9999)",
        "--max-bytes N bytes of a datagram; a longer one is refused (default: 1024)",
        "--max-members N members in the room (default: 1000)",
        "--idle-limit N seconds of silence after which a member is out (default: 120.0)",
        "--rate-limit N messages a second of one member, 5 s of it at once; 0: any (default: 20)",
        "--prove-address let in only who echoes a token from their address",
    ):
        assert option in helped


def test_on_all_addresses_it_prints_the_one_that_others_type() -> None:
    with Program(*SERVER, "--host", "0.0.0.0", "--port", "0") as server:
        host, port = re.findall(r"--host (\S+) --port (\d+)$", server.wait_for_line("The room is open"))[0]
        assert host != "0.0.0.0"
        with Voice((host, int(port)), "ada"):
            pass
