"""The ports of kernels."""

from __future__ import annotations

import socket

import pytest

from tests.notebooks.kernel_ports import EACH, FIRST, WORKERS, KernelPorts

# Those of the last worker: no kernel that runs beside this test has them.
WORKER = WORKERS - 1


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> KernelPorts:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{WORKER}")
    return KernelPorts()


def test_no_kernel_gets_a_port_of_another_or_one_that_a_room_may_draw(ports: KernelPorts) -> None:
    given = [ports.find_available_port("127.0.0.1") for _ in range(10)]
    assert len(set(given)) == 10
    first = FIRST + WORKER * EACH
    assert all(first <= port < first + EACH for port in given)
    assert FIRST + WORKERS * EACH <= 32_768


def test_a_port_that_is_taken_is_passed_over(ports: KernelPorts) -> None:
    port = ports.find_available_port("127.0.0.1")
    ports.return_port(port)
    ports._given -= 1  # it would be the next again
    with socket.socket() as room:
        room.bind(("127.0.0.1", port))
        assert ports.find_available_port("127.0.0.1") != port


def test_jupyter_asks_here() -> None:
    from jupyter_client.connect import LocalPortCache  # noqa: PLC0415

    assert isinstance(LocalPortCache.instance(), KernelPorts)
