"""Promises that take a server in a process of its own: its memory, its file descriptors."""

from __future__ import annotations

import contextlib
import selectors
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest

from chatlab.tcp.models.serving import Model
from tests.programs import Program
from tests.systems import not_here
from tests.tcp.raw_client import LIMIT, HealthyPair, RawClient, eventually, vanish

MIB = 1024 * 1024
IDLE_CONNECTIONS = 10_000
FEW_FILES = 60
LOWERED = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW_FILES}, {FEW_FILES}))"


@contextlib.contextmanager
def serving(*options: str, before: str = "") -> Iterator[tuple[Program, tuple[str, int]]]:
    """A server process, and its address. `before`: Python to run in it first."""
    code = f"{before}\nimport sys\nfrom chatlab.tcp.server import main\nsys.exit(main(sys.argv[1:]))"
    with Program("-c", code, "--port", "0", *options) as program:
        line = program.wait_for_line("The room is open at ")
        yield program, ("127.0.0.1", int(line.partition("127.0.0.1:")[2].split()[0]))
        assert program.errors == ""


def memory(program: Program) -> int:
    return int(psutil.Process(program.pid).memory_info().rss)


@pytest.fixture
def many_files() -> None:
    """Lets this process and its children have as many files open as the system allows. On Windows they do."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 20_000)), hard))


def test_128_mib_without_a_newline_cost_no_memory(model: Model) -> None:
    with serving("--model", model) as (program, address), HealthyPair(address):
        before = memory(program)
        most = before
        flood = b"x" * MIB
        with RawClient(address, "flooder") as member, RawClient(address) as stranger:
            for sender in (member, stranger):
                with contextlib.suppress(OSError):  # nobody listens any more
                    for _ in range(128):
                        sender.socket.sendall(flood)
                        most = max(most, memory(program))
        assert most - before < 32 * MIB


def test_readers_who_never_read_cost_little_memory(model: Model) -> None:
    with (
        serving("--model", model, "--rate-limit", "0") as (program, address),
        HealthyPair(address),
        ExitStack() as stack,
    ):
        deaf = [stack.enter_context(RawClient(address, f"deaf{number}", deaf=True)) for number in range(50)]
        before = memory(program)
        most = before
        pause = threading.Event()
        with RawClient(address, "ada") as ada:
            for _ in range(1000):
                ada.socket.sendall((b"x" * 1000 + b"\n") * 8)
                most = max(most, memory(program))
                pause.wait(0.002)  # so that who reads can keep up
        assert most - before < 32 * MIB
        assert len(deaf) == 50


@not_here(sys.platform == "win32", "Windows has no file descriptors to count")
def test_connect_and_vanish_storms_leave_no_socket(model: Model) -> None:
    """A socket that was reset is in no list of connections: its file descriptor tells."""
    with serving("--model", model) as (program, address), HealthyPair(address):
        process = psutil.Process(program.pid)
        before = process.num_fds()
        vanish(address, 300)
        eventually(lambda: process.num_fds() <= before)


def test_a_line_that_is_too_long_is_answered_before_the_connection_ends(model: Model) -> None:
    """Closing with unread data resets the connection, and a reset takes the last words away."""
    with serving("--model", model) as (_, address), RawClient(address, "flooder") as flooder:
        flooder.socket.sendall(b"x" * 100_000)
        threading.Event().wait(0.3)  # it reads late
        assert flooder.rest()[-1] == "ERROR a line has at most 1024 bytes"


@pytest.mark.usefixtures("many_files")
def test_where_only_select_is_there_strangers_alone_do_not_end_the_room() -> None:
    """It takes 512 sockets on Windows, and file descriptors below 1,024 elsewhere. Whoever is over waits."""
    select = "import selectors; selectors.DefaultSelector = selectors.SelectSelector"
    with (
        serving("--model", "selectors", "--nickname-time", "2", before=select) as (_, address),
        HealthyPair(address),
        ExitStack() as stack,
    ):
        strangers = [stack.enter_context(RawClient(address)) for _ in range(1_100)]
        assert strangers[400].line() == "NICK"
        assert strangers[-1].line(LIMIT) == "NICK"  # once others have gone, which chose no nickname in time
        with RawClient(address, "bob"):
            pass


@not_here(sys.platform == "win32", "there, the selectors room takes 510 connections")
@pytest.mark.usefixtures("many_files")
def test_ten_thousand_idle_connections_take_at_most_2_kib_each() -> None:
    with (
        serving("--model", "selectors", "--nickname-time", "600") as (program, address),
        HealthyPair(address),
        ExitStack() as stack,
    ):
        before = memory(program)
        idle = [stack.enter_context(RawClient(address)) for _ in range(IDLE_CONNECTIONS)]
        assert all(client.line() == "NICK" for client in idle)
        each = (memory(program) - before) / IDLE_CONNECTIONS
        print(f"{each:.0f} bytes a connection")
        assert each <= 2048


@not_here(sys.platform == "win32", "Windows has no such limit")
def test_when_file_descriptors_run_out_the_server_goes_on_and_admits_again(model: Model) -> None:
    with serving("--model", model, before=LOWERED) as (program, address), HealthyPair(address), ExitStack() as stack:
        outside = [stack.enter_context(RawClient(address)) for _ in range(FEW_FILES * 2)]
        admitted = _answered(outside)
        assert FEW_FILES / 2 < len(admitted) < FEW_FILES
        waiting = [client for client in outside if client not in admitted]
        process = psutil.Process(program.pid)
        used, began = sum(process.cpu_times()[:2]), time.monotonic()
        assert _answered(waiting, quiet=1.5) == []
        assert sum(process.cpu_times()[:2]) - used < 0.1 * (time.monotonic() - began), "it spins"
        for client in admitted:
            client.socket.close()
        assert waiting[0].line(LIMIT) == "NICK"
        for client in waiting:
            client.socket.close()


@not_here(sys.platform == "win32", "Windows has no such limit")
def test_the_first_nickname_can_be_chosen_when_no_file_can_be_opened(model: Model) -> None:
    with serving("--model", model, before=LOWERED) as (_, address), ExitStack() as stack:
        clients = [stack.enter_context(RawClient(address)) for _ in range(FEW_FILES)]
        _answered(clients)
        clients[0].say("ada")
        assert clients[0].line() == "Connected to the server!"
        for client in clients:
            client.socket.close()


@not_here(sys.platform == "win32", "Windows has no such limit")
def test_a_soft_limit_on_files_is_no_limit_on_members(model: Model) -> None:
    soft = LOWERED.replace(f", {FEW_FILES})", ", resource.getrlimit(resource.RLIMIT_NOFILE)[1])")
    with serving("--model", model, before=soft) as (_, address), ExitStack() as stack:
        for client in [stack.enter_context(RawClient(address)) for _ in range(FEW_FILES * 2)]:
            assert client.line() == "NICK"


def _answered(clients: list[RawClient], quiet: float = 0.5) -> list[RawClient]:
    """Those to whom the server has said NICK, once it has said nothing to anybody for `quiet` seconds."""
    answered = []
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        while ready := selector.select(quiet):
            for key, _ in ready:
                assert key.data.line() == "NICK"
                selector.unregister(key.fileobj)
                answered.append(key.data)
    return answered
