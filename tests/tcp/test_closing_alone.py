"""How long the server takes to close: of the two seconds, those who are told get one to read it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from chatlab.tcp.models.serving import Model
from tests.programs import STOPS, Program
from tests.systems import SLOWER
from tests.tcp.raw_client import RawClient
from tests.tcp.test_programs import serving


@pytest.mark.parametrize("stop", STOPS)
def test_a_signal_ends_the_server_within_2_s_also_with_stuck_readers(
    model: Model, stop: Callable[[Program], None]
) -> None:
    with (
        serving("--model", model, "--rate-limit", "0") as (program, address),
        RawClient(address, "deaf", deaf=True),
        RawClient(address, "ada") as ada,
        RawClient(address) as stranger,
    ):
        for _ in range(3000):  # what the kernel does not take waits in the outbox
            ada.socket.sendall(b"x" * 1000 + b"\n")
        assert stranger.line() == "NICK"
        began = time.monotonic()
        stop(program)
        assert stranger.rest() == ["ERROR the room is closing"]
        assert ada.rest()[-1] == "ERROR the room is closing"
        assert program.wait(5 * SLOWER) == 0
        assert time.monotonic() - began < 2 * SLOWER
        assert program.errors == ""
