"""The socket that counts receives: each way to receive counts, and gives what it should."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.counted_stream import CountedStream
from chatlab.grading.for_checks.small_sends import connect_pair
from tests.systems import not_here

MESSAGE = b"Hello!"
WAYS: dict[str, Callable[[CountedStream], Any]] = {
    "recv": lambda sock: sock.recv(100) == MESSAGE,
    "recv_into": lambda sock: sock.recv_into(bytearray(100), nbytes=50) == len(MESSAGE),
    "recvfrom": lambda sock: sock.recvfrom(100)[0] == MESSAGE,
    "recvfrom_into": lambda sock: sock.recvfrom_into(bytearray(100))[0] == len(MESSAGE),
    "recvmsg": lambda sock: sock.recvmsg(100)[0] == MESSAGE,
    "recvmsg_into": lambda sock: sock.recvmsg_into([bytearray(100)])[0] == len(MESSAGE),
    "makefile": lambda sock: read_as_a_file(sock) == MESSAGE,
}


def read_as_a_file(sock: CountedStream) -> bytes | None:
    with sock.makefile("rb", buffering=0) as file:
        return file.read(100)


@pytest.mark.parametrize(
    "way",
    [pytest.param(way, marks=not_here(not hasattr(socket.socket, way), f"a socket has no {way}")) for way in WAYS],
)
def test_each_way_to_receive_counts(way: str) -> None:
    ours, theirs = connect_pair(CountedStream)
    with ours, theirs:
        theirs.sendall(MESSAGE)
        assert WAYS[way](ours)
        assert ours.receives == 1


def test_a_thread_that_may_not_receive_is_told_so() -> None:
    ours, theirs = connect_pair(CountedStream)
    with ours, theirs:
        theirs.sendall(MESSAGE)
        ours.not_in = threading.current_thread()
        with pytest.raises(NotYetRight, match="in the thread that called it"):
            ours.recv(100)
        ours.not_in = None
        assert ours.recv(100) == MESSAGE
