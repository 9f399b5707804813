"""How fast is the UDP room? `python -m chatlab.bench.udp` compares it with what Python can send at all.

A room with 50 members, as a process of its own, forwards one member's messages. Beside it, the yardstick: a bare loop
of `sendto` to the same 50 sockets. Both in turn, several times, because a machine's speed drifts; read the ratio.
"""

from __future__ import annotations

import multiprocessing
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chatlab.udp.protocol import build_sign_up

MEMBERS = 50
MESSAGES = 2_000
ROUNDS = 7
# So many messages are under way at once: the room always has the next one, and no buffer runs over.
WINDOW = 50
TEXT = b"the quick brown fox jumps over the lazy dog"
PATIENCE = 5.0


def main() -> None:
    """Print both rates and their ratio."""
    with ExitStack() as stack:
        room = stack.enter_context(_room())
        members = [stack.enter_context(_member(room, number)) for number in range(MEMBERS)]
        addresses = [member.getsockname() for member in members]
        print(f"{MEMBERS} members, {MESSAGES:,} messages a round, {len(TEXT)} bytes each; datagrams a second:")
        print("round   the room   bare loop   ratio")
        ratios = []
        for number in range(ROUNDS):
            forwarded, bare = _forwarded(members[0], room), _bare(members[0], addresses)
            ratios.append(forwarded / bare)
            print(f"{number + 1:5}   {forwarded:8,.0f}   {bare:9,.0f}   {forwarded / bare:5.2f}")
        print(f"the room forwards {statistics.median(ratios):.0%} (median) of what a bare loop sends")


def _forwarded(speaker: socket.socket, room: tuple[str, int]) -> float:
    """Datagrams a second that the room sends on, all members together."""
    _drain(speaker)
    started = time.perf_counter()
    for number in range(MESSAGES + WINDOW):
        if number >= WINDOW:
            speaker.recv(2048)  # its own words come back while the others are sent them
        if number < MESSAGES:
            speaker.sendto(TEXT, room)
    return MESSAGES * MEMBERS / (time.perf_counter() - started)


def _bare(speaker: socket.socket, addresses: list[tuple[str, int]]) -> float:
    """The same for a loop that does nothing but send, in a process of its own, while the speaker reads as above."""
    _drain(speaker)
    loop = multiprocessing.get_context("spawn").Process(target=_send_in_a_loop, args=(addresses,))
    loop.start()
    speaker.recv(2048)
    started = time.perf_counter()
    for _ in range(MESSAGES - 1):
        speaker.recv(2048)
    elapsed = time.perf_counter() - started
    loop.join()
    return MESSAGES * MEMBERS / elapsed


def _send_in_a_loop(addresses: list[tuple[str, int]]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _ in range(MESSAGES):
            for address in addresses:
                sock.sendto(TEXT, address)


@contextmanager
def _room() -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "chatlab.udp.server", "--port", "0", "--rate-limit", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            ready = re.search(r"--host (\S+) --port (\d+)", server.stdout.readline())
            assert ready
            yield ready[1], int(ready[2])
        finally:
            server.terminate()
            server.communicate()


@contextmanager
def _member(room: tuple[str, int], number: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(PATIENCE)
        sock.sendto(build_sign_up(f"member{number}"), room)
        sock.recv(2048)
        yield sock


def _drain(sock: socket.socket) -> None:
    sock.setblocking(False)
    try:
        while True:
            sock.recv(2048)
    except BlockingIOError:
        sock.settimeout(PATIENCE)


if __name__ == "__main__":
    main()
