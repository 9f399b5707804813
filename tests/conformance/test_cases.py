"""Our servers pass every case, and for every case there is a wrong server that fails it."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading

import pytest

from chatlab.conformance.case import Result, Suite
from chatlab.conformance.scene import Scene
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.tcp.server import MODELS, Model, TcpServer
from chatlab.udp.server import UdpServer
from tests.conformance.spoiling import Wrong
from tests.conformance.wrong_tcp import WRONG as WRONG_TCP
from tests.conformance.wrong_udp import WRONG as WRONG_UDP

# A wrong server that doesn't answer need not be waited for as long as one at the other end of the world.
SHORT_PATIENCE = 0.3


def failures(results: list[Result]) -> dict[str, str]:
    return {result.case.name: result.problem for result in results if result.problem}


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
    monkeypatch.setattr(Scene, "patience", SHORT_PATIENCE)
    cases = [case for case in suite.cases if case.name in wrong.caught_by]
    assert len(cases) == len(wrong.caught_by), "a case of that name is missing"
    assert failures(list(suite.run(server.address, cases))).keys() == set(wrong.caught_by)


@pytest.mark.parametrize(("suite", "wrongs"), [(UDP, WRONG_UDP), (TCP, WRONG_TCP)], ids=["udp", "tcp"])
def test_every_case_can_fail(suite: Suite, wrongs: tuple[Wrong, ...]) -> None:
    caught = {name for wrong in wrongs for name in wrong.caught_by}
    assert {case.name for case in suite.cases if not case.slow} == caught


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, a closed port shows only after 120 s")
def test_a_closed_port_is_noticed() -> None:
    cases = [case for case in UDP.cases if case.name == "a member whose port is closed leaves"]
    with UdpServer(port=0) as server:
        assert not failures(list(UDP.run(server.address, cases)))


def test_a_server_that_floods_is_not_listened_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scene, "patience", SHORT_PATIENCE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        flood = threading.Thread(target=_flood, args=(listener,))
        flood.start()
        [case] = [case for case in TCP.cases if case.name == "no echo"]
        [result] = TCP.run(listener.getsockname(), [case])
        flood.join()
    assert result.problem.startswith("ada had to hear 'NICK'")


def _flood(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
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
