"""What systems say otherwise, by sockets that say so."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from typing import cast

import pytest

from chatlab.tcp.models.unread_ends import has_ended
from chatlab.tcp.sockets import accept
from tests.systems import wine_differs
from tests.tcp.raw_client import eventually


class Listener:
    """Its `accept` raises `error`."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def accept(self) -> None:
        raise self.error


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ECONNABORTED, errno.ECONNRESET, errno.ENOTCONN])
def test_a_connection_that_is_lost_already_costs_the_room_no_pause(number: int) -> None:
    """Only where no file descriptor is left does a room pause."""
    assert accept(cast(socket.socket, Listener(OSError(number, "gone")))) is None


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOBUFS])
def test_who_accepts_learns_that_the_system_has_no_more(number: int) -> None:
    with pytest.raises(OSError, match="no more"):
        accept(cast(socket.socket, Listener(OSError(number, "no more"))))


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as ours, listener.accept()[0] as theirs:
            yield ours, theirs


def test_a_connection_that_goes_on_has_not_ended(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"hello\n")
    assert not has_ended(ours)
    assert ours.recv(100) == b"hello\n"


@wine_differs("no SIO_TCP_INFO, which tells of an end that is not read")
def test_the_end_of_a_stream_shows_behind_what_is_not_read(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    theirs.sendall(b"hello\n")
    theirs.shutdown(socket.SHUT_WR)
    eventually(lambda: has_ended(ours))
    assert ours.recv(100) == b"hello\n"
