"""Promises that take a server in a process of its own, also over TLS: its memory, its file descriptors."""

from __future__ import annotations

from functools import partial

import pytest

from chatlab.tcp.models.serving import Model
from tests.tcp import test_servers
from tests.tcp.tls.contexts import ROOM

OVER_TLS = (
    "test_128_mib_without_a_newline_cost_no_memory",
    "test_readers_who_never_read_cost_little_memory",
    "test_connect_and_vanish_storms_leave_no_socket",
)
globals().update({name: getattr(test_servers, name) for name in OVER_TLS})


@pytest.fixture(autouse=True)
def servers_speak_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_servers, "serving", partial(test_servers.serving, "--tls", *map(str, ROOM)))


@pytest.fixture
def model() -> Model:
    return "selectors"
