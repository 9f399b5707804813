"""A thousand members, and how long they take."""

from __future__ import annotations

import selectors
import sys
import time
from contextlib import ExitStack

import pytest

from chatlab.tcp.models.serving import Model
from tests.systems import SLOWER, not_here, wine_differs
from tests.tcp.raw_client import HealthyPair, RawClient
from tests.tcp.test_servers import many_files, serving

__all__ = ["many_files"]


MOST_SELECTED = 500  # by one selector: Windows' takes 512 sockets


class Crowd:
    """Many members, each with what it got and nobody looked at yet."""

    def __init__(self, address: tuple[str, int], size: int, stack: ExitStack) -> None:
        self.members = [stack.enter_context(RawClient(address)) for _ in range(size)]
        self._got = dict.fromkeys(self.members, b"")
        self._selectors = []
        for number, member in enumerate(self.members):
            if number % MOST_SELECTED == 0:
                self._selectors.append(stack.enter_context(selectors.DefaultSelector()))
            member.socket.sendall(b"m%d\n" % number)
            member.socket.setblocking(False)
            self._selectors[-1].register(member.socket, selectors.EVENT_READ, member)

    def wait_for(self, wanted: bytes, *, deaf: tuple[RawClient, ...] = ()) -> None:
        """Wait until every member but the `deaf` has got the line `wanted`; then all they got is forgotten."""
        missing = set(self.members) - set(deaf)
        deadline = time.monotonic() + 60
        while missing:
            assert time.monotonic() < deadline, f"{len(missing)} have not got {wanted!r}"
            ready = [key for selector in self._selectors for key, _ in selector.select(0.01)]
            for key in ready:
                data = key.data.socket.recv(1 << 20)
                assert data, "put out"
                self._got[key.data] += data
                if wanted in self._got[key.data]:
                    missing.discard(key.data)
        self._got = dict.fromkeys(self.members, b"")


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("threads", marks=wine_differs("it lets a thousand members in more slowly")),
        pytest.param("selectors", marks=not_here(sys.platform == "win32", "there, it takes 510 connections")),
        "asyncio",
    ],
)
@pytest.mark.usefixtures("many_files")
def test_a_thousand_members_are_let_in_within_10_s_and_hear_a_line_within_3_s(model: Model) -> None:
    with serving("--model", model, "--max-members", "1003") as (_, address), ExitStack() as stack:
        stack.enter_context(HealthyPair(address))
        began = time.monotonic()
        crowd = Crowd(address, 1000, stack)
        crowd.wait_for(b"Connected to the server!\n")
        admitted = time.monotonic() - began
        print(f"all are in after {admitted:.1f} s")
        assert admitted < 10 * SLOWER
        first = crowd.members[0]
        first.socket.setblocking(True)
        began = time.monotonic()
        first.say("can you hear me")
        first.socket.setblocking(False)
        crowd.wait_for(b"m0: can you hear me\n", deaf=(first,))
        heard = time.monotonic() - began
        print(f"all have heard after {heard:.2f} s")
        assert heard < 3 * SLOWER


@pytest.mark.usefixtures("many_files")
def test_the_default_room_lets_somebody_in_and_hears_him_beside_600_connections() -> None:
    """On Windows too, where `select` takes 512 sockets."""
    with serving() as (_, address), ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(RawClient(address))
        with RawClient(address, "bob") as bob, RawClient(address, "ada") as ada:
            bob.say("hi")
            assert ada.wait_for("bob: hi")
