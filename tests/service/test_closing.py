"""Every room closes, again and again, while members are inside; on Windows that is where the first ones hung.

`python -m tests.service.test_closing 100` does so a hundred times each, and prints the slowest.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeAlias

import pytest

from chatlab.room.events import Event, Gone
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.systems import SLOWER
from tests.waiting import Heard

LIMIT = 10.0 * SLOWER  # seconds that a close may take before it is called one that hangs
MEMBERS = 3
Room: TypeAlias = "UdpServer | TcpServer"


def reliable_client(nickname: str, room: UdpServer, *, on_event: Heard[Event]) -> UdpClient:
    return UdpClient(nickname, room, on_event=on_event, reliable=True)


# Of each kind: what makes a room, and what makes a client.
ROOMS: dict[str, tuple[Callable[[], Room], Callable[..., Any]]] = {
    "udp": (lambda: UdpServer(port=0), UdpClient),
    "udp reliable": (lambda: UdpServer(port=0, reliable=True), reliable_client),
    "tcp threads": (lambda: TcpServer(port=0, model="threads"), TcpClient),
    "tcp selectors": (lambda: TcpServer(port=0, model="selectors"), TcpClient),
    "tcp asyncio": (lambda: TcpServer(port=0, model="asyncio"), TcpClient),
}


def seconds_to_close(room: Room, client: Callable[..., Any]) -> float:
    """With members inside, each of whom learns that the room is gone."""
    ears: list[Heard[Event]] = [Heard() for _ in range(MEMBERS)]
    with room, ExitStack() as stack:
        for number, ear in enumerate(ears):
            stack.enter_context(client(f"member-{number}", room, on_event=ear)).say("hi")
        for ear in ears:
            ear.wait_for(lambda event: getattr(event, "nickname", "") == f"member-{MEMBERS - 1}")
        began = time.monotonic()
        closing = threading.Thread(target=room.close, name="closing", daemon=True)
        closing.start()
        closing.join(LIMIT)
        assert not closing.is_alive(), f"it hangs; there are {[thread.name for thread in threading.enumerate()]}"
        seconds = time.monotonic() - began
        for ear in ears:
            ear.wait_for(lambda event: isinstance(event, Gone))
    return seconds


@pytest.mark.parametrize("kind", ROOMS)
def test_a_room_closes_again_and_again_while_members_are_inside(kind: str) -> None:
    make, client = ROOMS[kind]
    room = make()
    for _ in range(5):
        assert seconds_to_close(room, client) < 3 * SLOWER
    assert not room.failure


if __name__ == "__main__":
    rounds = int(sys.argv[1])
    for kind, (make, client) in ROOMS.items():
        room = make()
        slowest = max(seconds_to_close(room, client) for _ in range(rounds))
        print(f"{kind}: {rounds} closes with {MEMBERS} members inside, the slowest took {slowest:.2f} s", flush=True)
