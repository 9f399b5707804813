"""A listener that is lent: what a learner's code sees there, the same on each system, and that it can be taken back."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatlab.grading.for_checks.lent_connection import LentConnection
from chatlab.grading.for_checks.lent_listener import LentListener
from chatlab.tcp.sockets import listen

LIMIT = 10.0


@pytest.fixture
def listener() -> Iterator[LentListener]:
    listener = LentListener(listen("127.0.0.1", 0))
    yield listener
    listener.take_back()


@pytest.fixture
def pair(listener: LentListener) -> Iterator[tuple[socket.socket, LentConnection]]:
    with socket.create_connection(listener.getsockname(), timeout=LIMIT) as client:
        yield client, listener.accept()[0]


class Waits:
    """A call in a thread, which has begun to wait in `sock`."""

    def __init__(self, sock: Any, call: Callable[[], object]) -> None:
        self.outcome: list[object] = []
        self._call = call
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while not sock.waiting:
            threading.Event().wait(0.001)

    def ends_with(self) -> object:
        self.thread.join(LIMIT)
        return self.outcome[0]

    def _run(self) -> None:
        try:
            self.outcome.append(self._call())
        except OSError as error:
            self.outcome.append(error.errno or type(error))
        except SystemExit:
            self.outcome.append("taken back")


def test_it_accepts_and_both_ends_talk(listener: LentListener) -> None:
    accepted: list[Any] = []
    listener.on_accept = lambda connection, address: accepted.append((connection, address))
    with socket.create_connection(listener.getsockname(), timeout=LIMIT) as client:
        connection, address = listener.accept()
        assert accepted == [(connection, address)]
        assert address == client.getsockname()
        client.sendall(b"hello")
        assert connection.recv(3) == b"hel"
        assert bytes(memoryview(connection.recv(100))) == b"lo"
        connection.most = 3
        assert connection.send(b"goodbye") == 3
        connection.sendall(b"dbye")
        connection.close()
        assert client.makefile("rb").read() == b"goodbye"
        assert connection.was_closed


def test_shutdown_wakes_who_waits(listener: LentListener, pair: tuple[socket.socket, LentConnection]) -> None:
    _, connection = pair
    receives, accepts = Waits(connection, lambda: connection.recv(10)), Waits(listener, listener.accept)
    connection.shutdown(socket.SHUT_RDWR)
    listener.shutdown(socket.SHUT_RDWR)
    assert receives.ends_with() == b""
    assert accepts.ends_with() == errno.EINVAL


def test_close_wakes_nobody_and_take_back_does(
    listener: LentListener, pair: tuple[socket.socket, LentConnection]
) -> None:
    _, connection = pair
    receives, accepts = Waits(connection, lambda: connection.recv(10)), Waits(listener, listener.accept)
    connection.close()
    listener.close()
    receives.thread.join(0.1)
    accepts.thread.join(0.1)
    assert receives.outcome == accepts.outcome == []
    listener.take_back()
    listener.take_back()
    assert (receives.ends_with(), accepts.ends_with()) == ("taken back", "taken back")


def test_a_time_out_ends_the_wait_also_when_it_is_closed(
    listener: LentListener, pair: tuple[socket.socket, LentConnection]
) -> None:
    _, connection = pair
    connection.settimeout(0.1)
    listener.settimeout(0.1)
    receives, accepts = Waits(connection, lambda: connection.recv(10)), Waits(listener, listener.accept)
    connection.close()
    assert (receives.ends_with(), accepts.ends_with()) == (TimeoutError, TimeoutError)
    with pytest.raises(OSError, match="."):  # each system has its own words
        connection.recv(10)


def test_accept_raises_as_long_as_there_is_an_error(listener: LentListener) -> None:
    accepts = Waits(listener, listener.accept)
    listener.error = OSError(errno.EMFILE, "Too many open files")
    with socket.create_connection(listener.getsockname(), timeout=LIMIT):
        assert accepts.ends_with() == errno.EMFILE
        with pytest.raises(OSError, match="Too many open files"):
            listener.accept()
        listener.error = None
        assert listener.accept()[0] is listener.connections[0]
        assert listener.accepts == 3


def test_a_connection_that_is_lost(pair: tuple[socket.socket, LentConnection]) -> None:
    _, connection = pair
    receives = Waits(connection, lambda: connection.recv(10))
    connection.is_lost = connection.is_reset = True
    assert receives.ends_with() == errno.ECONNRESET
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
        pytest.fail("the shutdown of what is lost raised nothing")


def test_before_receive_is_asked_when_something_has_come(pair: tuple[socket.socket, LentConnection]) -> None:
    client, connection = pair

    def fail() -> None:
        raise ConnectionResetError(errno.ECONNRESET, "gone")

    receives = Waits(connection, lambda: connection.recv(10))
    connection.before_receive = fail
    client.sendall(b"hello")
    assert receives.ends_with() == errno.ECONNRESET


def test_each_calls_itself_a_socket(listener: LentListener, pair: tuple[socket.socket, LentConnection]) -> None:
    for lent in (listener, pair[1]):
        assert repr(lent).startswith("<socket.socket fd=")
        with pytest.raises(AttributeError, match=r"^'socket' object has no attribute 'send_all'"):
            getattr(lent, "send_all")  # noqa: B009  # as a learner's code does
