"""How long a server that speaks TLS takes to close."""

from __future__ import annotations

from functools import partial

import pytest

from chatlab.tcp.models.serving import Model
from tests.tcp import test_closing_alone
from tests.tcp.test_closing_alone import test_a_signal_ends_the_server_within_2_s_also_with_stuck_readers
from tests.tcp.test_servers import serving
from tests.tcp.tls.contexts import ROOM

__all__ = ["test_a_signal_ends_the_server_within_2_s_also_with_stuck_readers"]


@pytest.fixture(autouse=True)
def the_server_speaks_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_closing_alone, "serving", partial(serving, "--tls", *map(str, ROOM)))


@pytest.fixture
def model() -> Model:
    return "selectors"
