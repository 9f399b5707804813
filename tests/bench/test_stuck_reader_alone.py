"""How long the others wait beside one who reads nothing: in our room, and in one that sends to each in turn."""

from __future__ import annotations

import socketserver
from contextlib import suppress
from typing import Any

import pytest

from chatlab.bench.handler_room import HandlerRoom
from chatlab.bench.stuck_reader import LINES, talk_beside_one_who_does_not_read
from chatlab.room.errors import CantUse
from chatlab.tcp.limits import Limits
from chatlab.tcp.models.serving import MODELS, Model
from chatlab.tcp.server import TcpServer
from tests.systems import SLOWER

MOST = 0.05 * SLOWER  # seconds


class InTurn(socketserver.StreamRequestHandler):
    """It sends to each, and waits for each."""

    disable_nagle_algorithm = True
    server: Any

    def handle(self) -> None:
        self.wfile.write(b"NICK\n")
        self.nickname = self.rfile.readline().strip()
        self.wfile.write(b"Connected to the server!\n")
        self.server.members.append(self)
        with suppress(OSError):
            for line in self.rfile:
                for member in self.server.members:
                    if member is not self:
                        member.wfile.write(line)


@pytest.mark.parametrize("model", MODELS)
def test_in_our_room_nobody_waits_for_one_who_does_not_read(model: Model) -> None:
    log: list[str] = []
    with TcpServer(port=0, limits=Limits(rate_limit=0), model=model, log=log.append, send_buffer=4096) as room:
        waits = talk_beside_one_who_does_not_read(room)
    assert waits.heard == LINES
    assert waits.longest < MOST
    assert waits.silence == 0
    assert str(waits).startswith("Bob heard 500 lines, each after ")
    assert str(waits).endswith(" ms at most.")
    assert "tom left: you read too slowly (2 here)" in log


def test_a_room_that_waits_for_each_stands_still() -> None:
    with HandlerRoom(InTurn, send_buffer=4096) as room:
        waits = talk_beside_one_who_does_not_read(room)
    assert 0 < waits.heard < LINES
    assert waits.silence > 2
    assert str(waits).endswith(" Then he heard nothing for 2.5 s.")


def test_a_room_that_is_full() -> None:
    with TcpServer(port=0, limits=Limits(max_members=2, nickname_tries=1)) as room, pytest.raises(CantUse, match="ada"):
        talk_beside_one_who_does_not_read(room)
