"""A socket that is lent to a learner's code: its lender sees each call, and takes it back from whoever waits in it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chatlab.grading.for_checks.lent_socket import LentSocket
from chatlab.grading.verdict import NotYetRight

LIMIT = 5.0
# It ends threads by SystemExit, without a word; pytest wants to know of it all the same.
ENDS_THREADS = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def sock() -> Iterator[LentSocket]:
    sock = LentSocket()
    yield sock
    sock.take_back()


@ENDS_THREADS
def test_who_waits_in_it_ends_when_it_is_taken_back(sock: LentSocket) -> None:
    address = sock.getsockname()
    receivers = [threading.Thread(target=sock.recvfrom, args=(100,)) for _ in range(3)]
    for receiver in receivers:
        receiver.start()
    sock.wait_for_receives(3, LIMIT)
    sock.take_back()
    for receiver in receivers:
        receiver.join(LIMIT)
        assert not receiver.is_alive()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as another:
        another.bind(address)
    sock.take_back()


@ENDS_THREADS
def test_who_waits_in_it_ends_also_when_it_is_connected(sock: LentSocket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        sock.connect(peer.getsockname())
        receiver = threading.Thread(target=sock.recv, args=(100,))
        receiver.start()
        sock.wait_for_receives(1, LIMIT)
        sock.take_back()
        receiver.join(LIMIT)
        assert not receiver.is_alive()


def test_an_error_comes_once_in_place_of_what_arrived(sock: LentSocket) -> None:
    sock.error = ConnectionResetError("as written")
    for text in (b"one", b"two"):
        sock.sendto(text, sock.getsockname())
    with pytest.raises(ConnectionResetError, match="as written"):
        sock.recvfrom(100)
    assert sock.recv(100) == b"two"


def test_each_send_is_told_before_it_is_made(sock: LentSocket) -> None:
    def refuse(datagram: bytes, address: Any) -> None:
        assert (datagram, address) == (b"hello", sock.getsockname())
        raise OSError("no route")

    sock.before_send = refuse
    with pytest.raises(OSError, match="no route"):
        sock.sendto(b"hello", sock.getsockname())
    sock.connect(sock.getsockname())
    with pytest.raises(OSError, match="no route"):
        sock.send(b"hello")
    sock.settimeout(0)
    with pytest.raises(BlockingIOError):
        sock.recv(100)


def test_its_lender_may_not_be_made_to_receive(sock: LentSocket) -> None:
    sock.expect_another_thread()
    with pytest.raises(NotYetRight, match="thread that called it"):
        sock.recvfrom(100)


def test_a_small_buffer_cuts_the_datagram_on_windows_too(sock: LentSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    receive = socket.socket.recvfrom

    def as_on_windows(sock: socket.socket, size: int) -> Any:
        datagram, sender = receive(sock, 65_507)
        if len(datagram) > size:
            raise OSError(10040, "A message sent on a datagram socket was larger than the internal message buffer")
        return datagram, sender

    monkeypatch.setattr(socket.socket, "recvfrom", as_on_windows)
    sock.sendto(b"hello", sock.getsockname())
    assert sock.recvfrom(4) == (b"hell", sock.getsockname())


@pytest.mark.parametrize("arguments", [(), ("4",), (-1,)])
def test_a_receive_with_wrong_arguments_is_the_learners_error(sock: LentSocket, arguments: tuple[object, ...]) -> None:
    for receive in (sock.recv, sock.recvfrom):
        with pytest.raises((TypeError, ValueError)):
            receive(*arguments)


@pytest.mark.parametrize("timeout", [0.0, 0.01])
def test_what_the_learners_code_closed_stays_silent(sock: LentSocket, timeout: float) -> None:
    address = sock.getsockname()
    sock.settimeout(timeout)
    sock.close()
    assert sock.was_closed
    assert sock.sendto(b"hello", address) == 5
    with pytest.raises((TimeoutError, BlockingIOError), match="nothing has arrived"):
        sock.recvfrom(100)
    sock.take_back()
    assert not sock.was_closed


@ENDS_THREADS
def test_who_receives_at_a_closed_socket_waits_until_it_is_taken_back(sock: LentSocket) -> None:
    sock.close()
    receiver = threading.Thread(target=sock.recvfrom, args=(100,))
    receiver.start()
    sock.wait_for_receives(1, LIMIT)
    receiver.join(0.05)
    assert receiver.is_alive()
    sock.take_back()
    receiver.join(LIMIT)
    assert not receiver.is_alive()


@ENDS_THREADS
def test_who_waits_in_it_when_it_is_closed_ends_when_it_is_taken_back(sock: LentSocket) -> None:
    receiver = threading.Thread(target=sock.recvfrom, args=(100,))
    receiver.start()
    sock.wait_for_receives(1, LIMIT)
    sock.close()
    sock.take_back()
    receiver.join(LIMIT)
    assert not receiver.is_alive()


def test_a_port_that_is_taken_is_an_error(sock: LentSocket) -> None:
    with pytest.raises(OSError, match="Errno|WinError"):
        LentSocket(sock.getsockname()[1])
