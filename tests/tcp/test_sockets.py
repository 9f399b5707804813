"""What systems say otherwise, by sockets that say so."""

from __future__ import annotations

import errno
import socket
from typing import cast

import pytest

from chatlab.tcp.sockets import accept


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
