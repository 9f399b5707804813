"""`python -m chatlab.own`: a learner's server and client as programs, with the manners of ours, whatever they do."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import pytest

from chatlab.room.events import Event, Left, Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.grading.course import COURSE, EXERCISES, SOLUTIONS
from tests.programs import STOPS, Program, Runs, code_after
from tests.waiting import Heard

SERVER, CLIENT = "ex05_a_udp_server.py", "ex06_a_udp_client.py"
TCP_SERVER, TCP_CLIENT = "ex11_a_threaded_tcp_server.py", "ex14_a_tcp_client.py"


class Own:
    """The folder of a learner's files; programs are started in the course's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, file: str, old: str = "", new: str = "") -> None:
        """The model answer, with `new` in place of `old`."""
        answer = (SOLUTIONS / file).read_text(encoding="utf-8")
        assert old in answer
        (self.folder / file).write_text(answer.replace(old, new) if old else answer, encoding="utf-8")

    def program(self, *arguments: str) -> Program:
        return Program("-m", "chatlab.own", *arguments, "--submission", str(self.folder))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    monkeypatch.chdir(COURSE)
    for file in (SERVER, CLIENT, TCP_SERVER, TCP_CLIENT):
        shutil.copy(EXERCISES / file, tmp_path)
    return Own(tmp_path)


def address_in(line: str) -> tuple[str, int]:
    found = re.search(r"open at ([\d.]+):(\d+) \(Ctrl-C closes it\)\. Join it: .* -m chatlab\.udp\.client ", line)
    assert found, line
    return found[1], int(found[2])


@pytest.mark.parametrize("stop", STOPS)
def test_the_learners_server_is_joined_by_ours_and_by_a_bare_socket(own: Own, stop: Runs) -> None:
    own.write(SERVER)
    with own.program("server", "--port", "0") as server:
        address = address_in(server.wait_for_line("is open at"))
        with UdpClient("ada", address) as ada, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as netcat:
            netcat.settimeout(10)
            netcat.sendto(b"SIGNUP_TAG:bob".ljust(128), address)
            assert netcat.recv(100) == b"bob joined!"
            ada.say("Hello!")
            assert netcat.recv(100) == b"ada: Hello!"
            server.wait_for_line(lambda line: line in ("ada joined (2 here)", "bob joined (2 here)"))
            assert code_after(stop, server) == 0  # type: ignore[arg-type]
            assert netcat.recv(100) == b"bob left!"
        assert server.errors == ""


@pytest.mark.parametrize("file", [SERVER, CLIENT])
def test_what_is_not_started_is_said_kindly(own: Own, file: str) -> None:
    program = "server" if file == SERVER else "client"
    with own.program(program, *(["--nick", "ada"] if file == CLIENT else [])) as running:
        assert running.wait() == 2
        assert running.errors.startswith(f"{file[:4]} is not started yet: write your code in ")
        assert running.errors.count("\n") == 1


def test_a_server_that_crashes_says_where(own: Own) -> None:
    own.write(SERVER, "datagram, address = arrival", "datagram, adress = arrival")
    with own.program("server", "--port", "0") as server:
        address = address_in(server.wait_for_line("is open at"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ada:
            ada.sendto(b"SIGNUP_TAG:ada", address)
            assert server.wait() == 1
        assert (
            f"has failed: A thread of yours has ended with NameError: name 'address' is not defined. {SERVER}, line "
            in (server.errors)
        )
        assert server.errors.count("\n") == 1


def test_the_learners_tcp_server_is_joined_by_ours_and_by_a_bare_socket(own: Own) -> None:
    own.write(TCP_SERVER)
    with own.program("server", "--tcp", "--port", "0") as server:
        line = server.wait_for_line("is open at")
        found = re.search(r"open at ([\d.]+):(\d+) .* -m chatlab\.tcp\.client ", line)
        assert found, line
        address = (found[1], int(found[2]))
        with TcpClient("ada", address) as ada, socket.create_connection(address, timeout=10) as netcat:
            netcat.sendall(b"bob\n")
            said = netcat.makefile("r", encoding="utf-8")
            assert [next(said), next(said)] == ["NICK\n", "Connected to the server!\n"]
            ada.say("Hello!")
            assert next(said) == "ada: Hello!\n"
            server.wait_for_line("bob joined (2 here)")
            server.press_ctrl_c()
            assert server.wait() == 0
            assert next(said).startswith("ERROR ")
        assert server.errors == ""


def test_a_tcp_server_that_crashes_says_where(own: Own) -> None:
    own.write(TCP_SERVER, "data = client.recv(4096)", "data = cleint.recv(4096)")
    with own.program("server", "--tcp", "--port", "0") as server:
        found = re.search(r"open at ([\d.]+):(\d+) ", server.wait_for_line("is open at"))
        assert found
        with socket.create_connection((found[1], int(found[2])), timeout=10):
            assert server.wait() == 1
        assert "A thread of yours has ended with NameError: name 'cleint' is not defined" in server.errors
        assert f"{TCP_SERVER}, line " in server.errors
        assert server.errors.count("\n") == 1


def test_a_server_that_does_not_stop_says_where_and_ends(own: Own) -> None:
    own.write(SERVER, "self.sock.sendto(b", "print(b")
    with own.program("server", "--port", "0") as server:
        server.wait_for_line("is open at")
        server.press_ctrl_c()
        assert server.wait() == 1
        assert "It had not ended after 2 s" in server.errors
        assert f"{SERVER}, line " in server.errors


def test_a_server_that_can_not_start_says_why(own: Own) -> None:
    (own.folder / SERVER).write_text("def Server(:", encoding="utf-8")
    with own.program("server", "--port", "0") as server:
        assert server.wait() == 2
        assert server.errors == f"SyntaxError: invalid syntax. {SERVER}, line 1: def Server(:\n"
    own.write(SERVER)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with own.program("server", "--port", str(taken.getsockname()[1])) as server:
            assert server.wait() == 2
            assert "choose another with --port" in server.errors
    with own.program("server", "--host", "::1") as server:
        assert server.wait() == 2
        assert "an exercise has a socket for IPv4: try --host 127.0.0.1\n" in server.errors


def test_the_learners_client_talks_in_our_room(own: Own) -> None:
    own.write(CLIENT)
    with UdpServer(port=0) as room, UdpClient("bob", room) as bob:
        with own.program("client", "--port", str(room.address[1]), "--nick", "ada") as client:
            client.wait_for_line("ada joined!")
            client.type("  Hello!\n")
            client.wait_for_line("ada:   Hello!")
            bob.say("Hello, ada.")
            client.wait_for_line("bob: Hello, ada.")
            client.type("!q\n")
            assert client.wait() == 0
            assert client.errors == ""


def test_a_taken_nickname_is_refused_in_words_in_the_learners_room(own: Own) -> None:
    own.write(SERVER)
    own.write(CLIENT)
    with own.program("server", "--port", "0") as server:
        port = str(address_in(server.wait_for_line("is open at"))[1])
        with (
            UdpClient("ada", ("127.0.0.1", int(port))),
            own.program("client", "--port", port, "--nick", "ada") as second,
        ):
            second.wait_for_line(lambda line: "taken: that nickname" in line)
            second.type("!q\n")
            assert second.wait() == 0
            assert second.errors == ""


def test_it_asks_for_a_nickname_and_says_what_is_piped_in(own: Own) -> None:
    own.write(CLIENT)
    with UdpServer(port=0) as room, own.program("client", "--port", str(room.address[1])) as client:
        client.type("tom\none\ntwo")
        client.end_input()
        assert client.wait() == 0
        assert client.rest() == ["tom joined!", "tom: one", "tom: two"]


@pytest.mark.parametrize("stop", STOPS)
def test_a_stopped_client_says_goodbye(own: Own, stop: Runs) -> None:
    own.write(CLIENT)
    with UdpServer(port=0) as room, own.program("client", "--port", str(room.address[1]), "--nick", "ada") as client:
        client.wait_for_line("ada joined!")
        assert code_after(stop, client) == 0  # type: ignore[arg-type]
        with UdpClient("ada", room):  # the nickname is free
            pass


def test_a_client_that_crashes_says_where(own: Own) -> None:
    own.write(CLIENT, "show(decode(datagram))", "show(decode(datagramm))")
    with UdpServer(port=0) as room, own.program("client", "--port", str(room.address[1]), "--nick", "ada") as client:
        assert client.wait() == 1
        assert client.errors.startswith("A thread of yours has ended with NameError: name 'datagramm' is not defined")
        assert f". {CLIENT}, line " in client.errors
    own.write(CLIENT, 'text = line.rstrip("\\n")', "text = line.no_such_method()")
    with UdpServer(port=0) as room, own.program("client", "--port", str(room.address[1]), "--nick", "ada") as client:
        client.type("Hello!\n")
        assert client.wait() == 1
        assert client.errors.startswith("AttributeError: 'str' object has no attribute 'no_such_method'")


def test_a_client_that_does_not_end_says_where(own: Own) -> None:
    own.write(CLIENT, "leaving.set()\n", "pass\n")
    with UdpServer(port=0) as room, own.program("client", "--port", str(room.address[1]), "--nick", "ada") as client:
        client.wait_for_line("ada joined!")
        client.press_ctrl_c()
        assert client.wait() == 1
        assert "It had not ended after 2 s" in client.errors
        assert f"{CLIENT}, line " in client.errors


def test_a_client_without_a_room_says_so_and_can_be_ended(own: Own) -> None:
    own.write(CLIENT, "TICK = 0.2", "TICK = 0.0001")  # it would notice at once that its socket is closed
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with own.program("client", "--port", str(silent.getsockname()[1]), "--nick", "ada") as client:
            client.wait_for_line("is the server running there? Ctrl-C ends this)")
            client.press_ctrl_c()
            assert client.wait() == 2
            assert client.errors.startswith("nobody answers at 127.0.0.1:")
            assert client.errors.count("\n") == 1


def test_the_learners_tcp_client_talks_in_our_room(own: Own) -> None:
    own.write(TCP_CLIENT)
    heard = Heard[Event]()
    with TcpServer(port=0) as room, TcpClient("bob", room, on_event=heard) as bob:
        with own.program("client", "--tcp", "--port", str(room.address[1]), "--nick", "bob") as client:
            client.wait_for_line("(refused: ")
            client.type("ada\n")
            client.wait_for_line("ada joined!")
            client.type("  Hello!\n")
            heard.wait_for(lambda event: event == Said("ada", "  Hello!"))
            bob.say("Hello, ada.")
            client.wait_for_line("bob: Hello, ada.")
            client.type("!q\n")
            assert client.wait() == 0
            assert client.errors == ""
        heard.wait_for(lambda event: event == Left("ada"))


def test_what_is_piped_into_the_tcp_client_is_said(own: Own) -> None:
    own.write(TCP_CLIENT)
    heard = Heard[Event]()
    with TcpServer(port=0) as room, TcpClient("bob", room, on_event=heard):
        with own.program("client", "--tcp", "--port", str(room.address[1])) as client:
            client.type("tom\none\ntwo")
            client.end_input()
            assert client.wait() == 0
        heard.wait_for(lambda event: event == Left("tom"))
        assert [event.text for event in heard.all if isinstance(event, Said)] == ["one", "two"]


def test_the_end_of_the_room_ends_the_tcp_client(own: Own) -> None:
    own.write(TCP_CLIENT)
    with TcpServer(port=0) as room:
        client = own.program("client", "--tcp", "--port", str(room.address[1]), "--nick", "ada")
        with client:
            client.wait_for_line("ada joined!")
            room.close()
            assert client.wait() == 2
            assert client.errors.count("\n") == 1
