"""Our servers pass every case, and for every case there is a wrong server that fails it."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading

import pytest

from chatlab.conformance import nicknames
from chatlab.conformance.play import Play
from chatlab.conformance.suite import Result, Suite
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.tcp import leaving, stream
from chatlab.conformance.tcp.over_tls import over_tls
from chatlab.conformance.udp import SUITE as UDP
from chatlab.tcp import chat
from chatlab.tcp.limits import Limits as TcpLimits
from chatlab.tcp.models import threads
from chatlab.tcp.models.serving import MODELS, Model
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import accept
from chatlab.udp.limits import Limits as UdpLimits
from chatlab.udp.server import UdpServer
from tests.conformance.spoiling import Wrong
from tests.conformance.wrong_tcp import WRONG as WRONG_TCP
from tests.conformance.wrong_udp import WRONG as WRONG_UDP
from tests.systems import SLOWER, not_here
from tests.tcp.tls.contexts import serving, trusting

# A wrong server that doesn't answer need not be waited for as long as one at the other end of the world.
SHORT_PATIENCE = 0.3 * SLOWER
# These take a while, and catch nothing that the others let through.
LONG = ("who does not read is dropped", "who talks too much loses nothing")


@pytest.fixture(autouse=True)
def _as_patient_as_the_system_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Play, "patience", Play.patience * SLOWER)


def failures(results: list[Result]) -> dict[str, str]:
    return {result.case.name: result.problem for result in results if result.problem and result.tried}


def test_the_udp_room_passes() -> None:
    with UdpServer(port=0) as server:
        results = list(UDP.run(server.address))
    assert len(results) >= 30
    assert not failures(results)


@pytest.mark.parametrize("model", MODELS)
def test_the_tcp_room_passes(model: Model) -> None:
    with TcpServer(port=0, model=model) as server:
        results = list(TCP.run(server.address))
    assert len(results) >= 35
    assert not failures(results)


@pytest.mark.parametrize("model", MODELS)
def test_the_tcp_room_passes_over_tls(model: Model) -> None:
    with TcpServer(port=0, model=model, tls=serving()) as server:
        results = list(over_tls(TCP, trusting(), "localhost").run(server.address))
    assert len(results) >= 35
    assert not failures(results)


@pytest.mark.usefixtures("services_may_fail")
@pytest.mark.parametrize("wrong", WRONG_UDP, ids=lambda wrong: wrong.what)
def test_a_wrong_udp_room_is_caught(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.spoil(monkeypatch)
    with UdpServer(port=0) as server:
        assert_caught(wrong, UDP, server, monkeypatch)


@pytest.mark.usefixtures("services_may_fail")
@pytest.mark.parametrize("wrong", WRONG_TCP, ids=lambda wrong: wrong.what)
def test_a_wrong_tcp_room_is_caught(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.spoil(monkeypatch)
    with TcpServer(port=0, model="selectors") as server:
        assert_caught(wrong, TCP, server, monkeypatch)


def assert_caught(wrong: Wrong, suite: Suite, server: UdpServer | TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [case for case in suite.cases if case.name in wrong.caught_by]
    assert len(expected) == len(wrong.caught_by), "a case of that name is missing"
    others = [case for case in suite.cases if not case.slow and case.name not in LONG]
    cases = [case for case in suite.cases if case in expected or (case in others and not wrong.wide)]
    monkeypatch.setattr(Play, "patience", SHORT_PATIENCE)
    caught = failures(list(suite.run(server.address, cases)))
    if caught.keys() > set(wrong.caught_by):  # does the machine have a hiccup?
        monkeypatch.undo()
        wrong.spoil(monkeypatch)
        caught = failures(list(suite.run(server.address, [case for case in cases if case.name in caught])))
    assert caught.keys() == set(wrong.caught_by), caught


@pytest.mark.parametrize(("suite", "wrongs"), [(UDP, WRONG_UDP), (TCP, WRONG_TCP)], ids=["udp", "tcp"])
def test_every_case_can_fail(suite: Suite, wrongs: tuple[Wrong, ...]) -> None:
    caught = {name for wrong in wrongs for name in wrong.caught_by}
    assert {case.name for case in suite.cases if not case.slow} == caught


@pytest.mark.parametrize("suite", [UDP, TCP], ids=["udp", "tcp"])
@pytest.mark.parametrize("bounded", [True, False])
def test_a_room_without_bound_is_caught(suite: Suite, bounded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nicknames, "MAX_MEMBERS", 20)
    monkeypatch.setattr(Play, "patience", SHORT_PATIENCE)
    cases = [case for case in suite.cases if case.name == "a full room refuses"]
    limits = {"max_members": 20 if bounded else 1000}
    server = (
        UdpServer(port=0, limits=UdpLimits(**limits)) if suite is UDP else TcpServer(port=0, limits=TcpLimits(**limits))
    )
    with server:
        assert bool(failures(list(suite.run(server.address, cases)))) != bounded


def test_a_room_that_is_late_to_notice_who_leaves_passes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with threads on a busy machine: it lets others in meanwhile."""

    class Late:
        def __init__(self, sock: socket.socket) -> None:
            self._sock = sock

        def recv(self, size: int) -> bytes:
            if not (data := self._sock.recv(size)):
                threading.Event().wait(0.05)
            return data

        def __getattr__(self, name: str) -> object:
            return getattr(self._sock, name)

    def accept_late(listener: socket.socket) -> tuple[Late, object] | None:
        accepted = accept(listener)
        return accepted and (Late(accepted[0]), accepted[1])

    monkeypatch.setattr(threads, "accept", accept_late)
    cases = [case for case in TCP.cases if case.name == "a nickname that looks taken is refused"]
    with TcpServer(port=0, model="threads") as server:
        [result] = TCP.run(server.address, cases)
    assert not result.problem


def test_what_went_well_is_summed_up_where_a_reader_is_never_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOUD_SPEAKERS", 3)
    cases = [case for case in TCP.cases if case.name == "who does not read is dropped"]
    with TcpServer(port=0, limits=TcpLimits(max_outbox=10**9)) as server:
        [result] = TCP.run(server.address, cases)
    assert result.problem == "stuck had to be dropped, and was not after 270 kB"
    assert result.transcript[-3:] == ("somebody said 90 lines of 1,000 bytes, and reader heard them all",) * 3
    assert len(result.transcript) < 12


@not_here(sys.platform != "linux", "elsewhere, a closed port shows only after 120 s")
@pytest.mark.parametrize("name", ["a member whose port is closed leaves", "a closed port gives its nickname back"])
def test_a_closed_port_is_noticed(name: str) -> None:
    cases = [case for case in UDP.cases if case.name == name]
    with UdpServer(port=0) as server:
        [result] = UDP.run(server.address, cases)
    assert not result.problem


@pytest.mark.parametrize("in_time", [True, False])
def test_who_is_not_out_in_time_is_caught(in_time: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "PARTING_TIME", 0.2)
    monkeypatch.setattr(leaving, "GRACE", 3.0 if in_time else 0.2)
    monkeypatch.setattr(chat, "PARTING_TIME", 0.2 if in_time else 3.0)
    cases = [case for case in TCP.cases if case.name == "who ends its stream is out soon"]
    with TcpServer(port=0) as server:
        [result] = TCP.run(server.address, cases)
    assert bool(result.problem) != in_time


def test_a_server_that_floods_is_not_listened_to_for_ever() -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        flood = threading.Thread(target=_flood, args=(listener, done))
        flood.start()
        [case] = [case for case in TCP.cases if case.name == "no echo"]
        [result] = TCP.run(listener.getsockname(), [case])
        done.set()
        flood.join()
    assert result.problem.startswith("ada had to hear 'NICK', and heard 'xxx")


def _flood(listener: socket.socket, done: threading.Event) -> None:
    listener.settimeout(0.1)
    while not done.is_set():
        with contextlib.suppress(OSError):  # nobody has connected, or who has is gone
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(None)
                while True:
                    connection.sendall(b"x" * 65_536)


def test_transcripts_of_a_room_of_ones_own_are_the_same_each_time() -> None:
    [case] = [case for case in TCP.cases if case.name == "no echo"]
    transcripts = []
    for _ in range(2):
        with TcpServer(port=0) as server:
            transcripts.append([result.transcript for result in TCP.run(server.address, [case], suffix="")])
    assert transcripts[0] == transcripts[1]
    assert transcripts[0][0][0] == "ada heard  'NICK'"
