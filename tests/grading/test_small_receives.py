"""A connection that gives a few bytes at a time, whichever call receives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chatlab.grading.for_checks.small_receives import SmallReceives
from chatlab.grading.for_checks.small_sends import connect_pair


def into(receive: str) -> Callable[[SmallReceives], bytes]:
    def call(sock: SmallReceives) -> bytes:
        buffer = bytearray(100)
        answer = getattr(sock, receive)([buffer] if "msg" in receive else buffer)
        return bytes(buffer[: answer if isinstance(answer, int) else answer[0]])

    return call


def by_a_twin(sock: SmallReceives) -> bytes:
    with sock.dup() as twin:
        return twin.recv(100)


WAYS: dict[str, Callable[[SmallReceives], bytes]] = {
    "recv": lambda sock: sock.recv(100),
    "recvfrom": lambda sock: sock.recvfrom(100)[0],
    "recvmsg": lambda sock: sock.recvmsg(100)[0],
    "recv_into": into("recv_into"),
    "recvfrom_into": into("recvfrom_into"),
    "recvmsg_into": into("recvmsg_into"),
    "makefile": lambda sock: sock.makefile("rb", buffering=0).read(100) or b"",
    "dup": by_a_twin,
}


@pytest.fixture
def sock() -> Iterator[SmallReceives]:
    ours, theirs = connect_pair(SmallReceives)
    with ours, theirs:
        ours.piece = 3
        theirs.sendall(b"Hello, Bob!")
        yield ours


@pytest.mark.parametrize("way", WAYS)
def test_a_receive_gives_a_piece_and_the_rest_comes_later(way: str, sock: SmallReceives) -> None:
    assert WAYS[way](sock) == b"Hel"
    sock.piece = 100
    assert sock.recv(2) == b"lo"
    assert WAYS[way](sock) == b", Bob!"
