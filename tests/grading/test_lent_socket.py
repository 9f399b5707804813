"""A socket that is lent to a learner's code: its lender sees each call, and takes it back from whoever waits in it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chatlab.grading.for_checks.lent_socket import DONT_WAIT, LentSocket
from chatlab.grading.verdict import NotYetRight
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER
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


def test_or_more_often(sock: LentSocket) -> None:
    sock.error, sock.error_times = ConnectionResetError("as written"), 2
    for text in (b"one", b"two", b"three"):
        sock.sendto(text, sock.getsockname())
    for _ in range(2):
        with pytest.raises(ConnectionResetError, match="as written"):
            sock.recvfrom(100)
    assert sock.recv(100) == b"three"


def test_a_long_time_out_can_be_hurried(sock: LentSocket) -> None:
    sock.settimeout(1_000)
    sock.is_hurried = True
    with pytest.raises(TimeoutError):
        sock.recvfrom(100)
    sock.sendto(b"hello", sock.getsockname())
    assert sock.recv(100) == b"hello"


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


def test_who_wakes_a_thread_goes_on_when_that_has_looked(sock: LentSocket) -> None:
    """So a flag that is set only afterwards comes too late, on every machine."""
    flag, seen = threading.Event(), list[bool]()

    def receive() -> None:
        while not flag.is_set():
            sock.recvfrom(100)
            seen.append(flag.is_set())

    receiver = threading.Thread(target=receive)
    receiver.start()
    for wakes in range(1, 20):
        sock.wait_for_receives(1, LIMIT)
        sock.sendto(b"", sock.getsockname())
        assert seen == [False] * wakes
    sock.wait_for_receives(1, LIMIT)
    flag.set()
    sock.sendto(b"", sock.getsockname())
    assert not receiver.is_alive()
    assert seen[-1]


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


def receives(sock: socket.socket) -> dict[str, Any]:
    """Each way to receive, and what it is to answer for `hello`, with room for four bytes."""
    into, other = bytearray(4), bytearray(1)
    return {
        "recv": lambda: sock.recv(4),
        "recvfrom": lambda: sock.recvfrom(4)[0],
        "recv_into": lambda: bytes(into[: sock.recv_into(into)]),
        "recv_into, all but one": lambda: bytes(into[: sock.recv_into(into, 3)]) + b"l",
        "recvfrom_into": lambda: bytes(into[: sock.recvfrom_into(memoryview(into))[0]]),
        "recvmsg": lambda: sock.recvmsg(4)[0],
        "recvmsg_into": lambda: sock.recvmsg_into([other, into]) and bytes(other + into)[:4],
        "recv of a twin": lambda: receive_by_a_twin(sock),
    }


def receive_by_a_twin(sock: socket.socket) -> bytes:
    with sock.dup() as twin:
        return twin.recv(4)


@pytest.mark.parametrize("way", list(receives(None)))  # type: ignore[arg-type]
def test_every_way_to_receive_is_seen(way: str, sock: LentSocket) -> None:
    over: list[int] = []
    sock.after_receive = lambda: over.append(sock.receives)
    sock.sendto(b"hello", sock.getsockname())
    assert receives(sock)[way]() == b"hell"
    assert over == [1]
    sock.sendto(b"lost", sock.getsockname())
    sock.error = ConnectionResetError("as written")
    with pytest.raises(ConnectionResetError):
        receives(sock)[way]()


def test_a_message_that_was_cut_says_so(sock: LentSocket) -> None:
    for _ in range(2):
        sock.sendto(b"hello", sock.getsockname())
    assert [sock.recvmsg(size)[2] for size in (4, 5)] == [socket.MSG_TRUNC, 0]


def test_every_way_to_send_is_seen(sock: LentSocket) -> None:
    own, sent = sock.getsockname(), []
    sock.before_send = lambda datagram, address: sent.append((datagram, address))
    sock.sendto(b"1", own)
    sock.sendto(b"2", 0, own)
    sock.sendmsg([b"", b"3"], [], 0, own)
    sock.connect(own)
    sock.send(memoryview(b"4"))
    sock.sendall(b"5")
    sock.sendmsg([b"6"])
    with sock.dup() as twin:
        twin.send(b"7")
    assert sent == [(b"%d" % number, own) for number in range(1, 8)]
    assert [sock.recv(9) for _ in range(7)] == [datagram for datagram, _ in sent]


def test_who_will_not_wait_is_not_made_to(sock: LentSocket) -> None:
    sock.expect_another_thread()
    if DONT_WAIT:
        with pytest.raises(BlockingIOError):
            sock.recv(100, DONT_WAIT)
    sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        sock.recvfrom(100)


def test_it_stays_open_for_its_lender_when_somebody_takes_its_number(sock: LentSocket) -> None:
    with socket.socket(fileno=sock.detach()) as other:
        assert other.getsockname() == sock.getsockname()
        other.sendto(b"hello", other.getsockname())
    assert not sock.was_closed
    assert sock.recv(100) == b"hello"


@ENDS_THREADS
def test_who_waits_in_select_ends_when_it_is_taken_back(sock: LentSocket) -> None:
    began, got = threading.Event(), []

    def wait() -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            began.set()
            selector.select()
            got.append("readable")
            sock.recv(100)

    thread = threading.Thread(target=wait)
    thread.start()
    began.wait(LIMIT)
    sock.take_back()
    thread.join(LIMIT)
    assert not thread.is_alive()
    assert got == ["readable"]


def test_a_shutdown_is_known(sock: LentSocket) -> None:
    with contextlib.suppress(OSError):  # Linux does it, and says that it can't
        sock.shutdown(socket.SHUT_RDWR)
    assert sock.was_shut_down
