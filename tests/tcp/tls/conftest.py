"""Rooms that speak TLS, and raw clients that do."""

from __future__ import annotations

import pytest

from chatlab.tcp.server import TcpServer
from tests.tcp import conftest, raw_client
from tests.tcp.tls.contexts import SecuredSocket, serving
from tests.waiting import no_thread_is_left

__all__ = ["no_thread_is_left"]


@pytest.fixture(autouse=True)
def all_is_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rooms of `open_room` and the `RawClient` say to each other."""
    context = serving()

    def tls_server(**options: object) -> TcpServer:
        return TcpServer(**options, tls=context)  # type: ignore[arg-type]

    monkeypatch.setattr(conftest, "TcpServer", tls_server)
    monkeypatch.setattr(raw_client.RawClient, "secured", staticmethod(SecuredSocket))
