"""What does the weather relay cost? `python -m chatlab.bench.weather` measures a talk with and without it.

A room, as a process of its own, sends a member's messages back to it: directly, and through a relay of fair weather,
which is a process too. Both in turn, several times, because a machine's speed drifts; read the ratio.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chatlab.udp.protocol import build_sign_out, build_sign_up

MESSAGES = 20_000
ROUNDS = 7
# So many messages are under way at once: everybody always has the next one, and no buffer runs over.
WINDOW = 50
TEXT = b"the quick brown fox jumps over the lazy dog"
PATIENCE = 5.0


def main() -> None:
    """Print both rates and their ratio."""
    with ExitStack() as stack:
        room = stack.enter_context(_program("chatlab.udp.server", "--port", "0", "--rate-limit", "0"))
        relay = stack.enter_context(_program("chatlab.udp.weather", "--to", f"{room[0]}:{room[1]}"))
        print(f"{MESSAGES:,} messages a round, {len(TEXT)} bytes each; messages a second, there and back:")
        print("round   directly   through the relay   ratio")
        ratios = []
        for number in range(ROUNDS):
            directly, relayed = _talk(room), _talk(relay)
            ratios.append(relayed / directly)
            print(f"{number + 1:5}   {directly:8,.0f}   {relayed:17,.0f}   {ratios[-1]:5.2f}")
        print(f"fair weather passes {statistics.median(ratios):.0%} (median) of what goes directly")


def _talk(room: tuple[str, int]) -> float:
    """Messages a second that come back to one who talks there alone."""
    with _member(room) as member:
        started = time.perf_counter()
        for number in range(MESSAGES + WINDOW):
            if number >= WINDOW:
                member.recv(2048)
            if number < MESSAGES:
                member.send(TEXT)
        return MESSAGES / (time.perf_counter() - started)


@contextmanager
def _program(*arguments: str) -> Iterator[tuple[str, int]]:
    """The program; yields where it is to be reached."""
    with subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            ready = re.search(r"--host (\S+) --port (\d+)", program.stdout.readline())
            assert ready
            yield ready[1], int(ready[2])
        finally:
            program.terminate()
            program.communicate()


@contextmanager
def _member(room: tuple[str, int]) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.connect(room)
        sock.send(build_sign_up("ada"))
        sock.recv(2048)
        yield sock
        sock.send(build_sign_out())


if __name__ == "__main__":
    main()
