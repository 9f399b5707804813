"""What systems do differently about errors and wake-ups, played by a socket that does it on purpose."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chatlab.room.addresses import Address
from chatlab.room.errors import CantListen, CantResolve, NoFreePort, Refusal
from chatlab.udp.sockets import buffers, member_socket, receiving_socket, room_socket, wildcard_socket
from chatlab.udp.sockets.member_socket import MemberSocket
from chatlab.udp.sockets.room_socket import RoomSocket
from tests.systems import FOREIGN_HOST, not_here

EXCLUSIVE: int = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_BROADCAST)
# Windows has no MSG_DONTWAIT, so it can't play macOS.
SYSTEMS_THAT_SELECT = ["win32"] if sys.platform == "win32" else ["win32", "darwin"]


class Failing:
    """`inner`, but the next calls of the methods in `errors` raise those instead."""

    def __init__(self, inner: socket.socket, **errors: list[OSError]) -> None:
        self._inner = inner
        self._errors = errors

    def __getattr__(self, name: str) -> Any:
        if self._errors.get(name):
            error = self._errors[name].pop(0)

            def fail(*arguments: object) -> None:
                raise error

            return fail
        return getattr(self._inner, name)


@pytest.fixture
def room() -> Iterator[RoomSocket]:
    room = RoomSocket("127.0.0.1", 0)
    yield room
    room.close()


@pytest.fixture
def peer(room: RoomSocket) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        peer.connect(("127.0.0.1", room.port))
        yield peer


@pytest.fixture
def member(room: RoomSocket) -> Iterator[MemberSocket]:
    member = MemberSocket("127.0.0.1", room.port, 5)
    yield member
    member.close()


def make_fail(sock: RoomSocket | MemberSocket, **errors: list[OSError]) -> None:
    sock._socket = Failing(sock._socket, **errors)  # type: ignore[assignment]


def reset() -> OSError:
    """What Windows raises where a datagram that was sent earlier found a closed port."""
    return ConnectionResetError(errno.ECONNRESET, "WinError 10054")


def test_a_receive_that_fails_once_is_made_again(room: RoomSocket, peer: socket.socket) -> None:
    make_fail(room, recvfrom=[reset(), reset()])
    peer.send(b"hi")
    assert next(room.receive_all(wait=True)) == (b"hi", peer.getsockname())


def test_a_send_that_fails_once_is_made_again_and_the_others_are_sent_to(room: RoomSocket, peer: socket.socket) -> None:
    make_fail(room, sendto=[reset(), reset()])
    room.send(b"hi", [peer.getsockname(), peer.getsockname()])
    assert [peer.recv(10), peer.recv(10)] == [b"hi", b"hi"]


def test_what_can_never_be_sent_does_not_keep_the_room_busy(room: RoomSocket, peer: socket.socket) -> None:
    room.send(b"x" * 70_000, [peer.getsockname()])
    room.send(b"hi", [peer.getsockname()])
    assert peer.recv(10) == b"hi"


def test_a_wake_up_arrives_even_if_the_system_has_an_error_to_report(room: RoomSocket) -> None:
    make_fail(room, sendto=[reset()])
    woken = threading.Thread(target=lambda: list(room.receive_all(wait=True)), name="woken", daemon=True)
    woken.start()
    room.wake()
    woken.join(5)
    assert not woken.is_alive()


@pytest.mark.parametrize("system", ["this one", "one that a shutdown does not wake"])
def test_a_wake_up_needs_no_network(room: RoomSocket, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    """The address of the room may be gone: a cable is pulled, a VPN ends."""
    if system != "this one":
        monkeypatch.setattr(sys, "platform", SYSTEMS_THAT_SELECT[-1])
        monkeypatch.setattr(receiving_socket, "WAKE_INTERVAL", 0.05)
        make_fail(room, shutdown=[OSError(errno.ENOTCONN, "not connected")])
    unreachable = OSError(errno.ENETUNREACH, "network is unreachable")
    make_fail(room, sendto=[unreachable] * 10)
    woken = threading.Thread(target=lambda: list(room.receive_all(wait=True)), name="woken", daemon=True)
    woken.start()
    room.wake()
    woken.join(5)
    assert not woken.is_alive()


class ShutsDownAsWindows(Failing):
    """After a shutdown each `recvfrom` raises WSAESHUTDOWN, as on Windows."""

    def shutdown(self, how: int) -> None:
        error = OSError(errno.ESHUTDOWN, "WinError 10058")
        self._errors["recvfrom"] = [error] * 100_000

    def settimeout(self, seconds: float) -> None:
        self._inner.settimeout(seconds)


@pytest.fixture
def _windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this package does on Windows, on this system's sockets."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", EXCLUSIVE, raising=False)
    monkeypatch.setattr(receiving_socket, "WAKE_INTERVAL", 0.05)


@pytest.mark.usefixtures("_windows")
@pytest.mark.parametrize("wait", [True, False])
def test_a_receive_ends_after_a_shutdown_that_every_later_call_reports(room: RoomSocket, wait: bool) -> None:
    scripted = ShutsDownAsWindows(room._socket)
    room._socket = scripted  # type: ignore[assignment]
    room.wake()
    assert list(room.receive_all(wait=wait)) == []
    assert len(scripted._errors["recvfrom"]) >= 100_000 - 1, "it went round"


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("system", SYSTEMS_THAT_SELECT)
@pytest.mark.usefixtures("_windows")
def test_a_datagram_that_is_announced_and_dropped_for_its_checksum_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, system: str, wait: bool
) -> None:
    """Where `select` says that one is there, `recvfrom` may find none (select(2), under BUGS)."""
    monkeypatch.setattr(sys, "platform", system)
    room = RoomSocket("127.0.0.1", 0)
    monkeypatch.setattr(select, "select", lambda r, w, x, timeout: (r, w, x))
    received = threading.Thread(target=lambda: list(room.receive_all(wait=wait)), name="received", daemon=True)
    received.start()
    received.join(5)
    assert not received.is_alive()
    room.close()


@pytest.mark.usefixtures("_windows")
def test_where_a_closed_port_is_an_error_of_the_next_receive_the_batch_goes_on(
    room: RoomSocket, peer: socket.socket
) -> None:
    peer.send(b"1")
    peer.send(b"2")
    make_fail(room, recvfrom=[reset() for _ in range(5)])
    assert [datagram for datagram, _ in room.receive_all(wait=True)] == [b"1", b"2"]


@pytest.mark.usefixtures("_windows")
# On Windows, errno.EADDRINUSE is 10048, and Python tells WSAEACCES (10013) as errno.EACCES.
@pytest.mark.parametrize("number", [errno.EACCES, errno.EADDRINUSE])
def test_a_port_that_windows_keeps_for_itself_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    options: list[tuple[int, ...]] = []

    class Kept(socket.socket):
        def setsockopt(self, *option: int) -> None:  # type: ignore[override]
            options.append(option)

        def bind(self, address: Any) -> None:
            raise OSError(number, "an attempt was made to access a socket in a forbidden way")

    monkeypatch.setattr(socket, "socket", Kept)
    with pytest.raises(CantListen, match=r"^can't listen on 127\.0\.0\.1:9: port 9 is taken or not allowed: stop"):
        RoomSocket("127.0.0.1", 9)
    assert options[0] == (socket.SOL_SOCKET, EXCLUSIVE, 1)


def test_a_member_tries_another_port_when_windows_keeps_one(room: RoomSocket, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[object] = []

    class Kept(socket.socket):
        def bind(self, address: Any) -> None:
            if len(refused) < 3:
                refused.append(address)
                raise PermissionError(errno.EACCES, "WinError 10013")
            super().bind(address)

    monkeypatch.setattr(socket, "socket", Kept)
    MemberSocket("127.0.0.1", room.port, 5).close()
    assert len(refused) == 3


def test_after_a_wake_up_a_room_can_say_goodbye(room: RoomSocket, peer: socket.socket) -> None:
    room.wake()
    room.send(b"left", [peer.getsockname()])
    assert peer.recv(10) == b"left"


def test_receive_all_ends_when_nothing_is_there(room: RoomSocket, peer: socket.socket) -> None:
    for text in (b"1", b"", b"3"):
        peer.send(text)
    assert [datagram for datagram, _ in room.receive_all(wait=True)] == [b"1", b"", b"3"]
    assert list(room.receive_all(wait=False)) == []


class Stingy:
    """A socket of a system that gives at most `most` bytes of a buffer, and raises ENOBUFS to who asks for more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.sizes = {socket.SO_RCVBUF: 9000, socket.SO_SNDBUF: 9000}

    def getsockopt(self, level: int, option: int) -> int:
        return self.sizes[option]

    def setsockopt(self, level: int, option: int, size: int) -> None:
        if size > self._most:
            raise OSError(errno.ENOBUFS, "no buffer space available")
        self.sizes[option] = size


@pytest.mark.parametrize(
    ("most", "receive", "send"),
    [
        (10_000_000, buffers.RECEIVE_BUFFER, 65_507),
        (3_000_000, buffers.RECEIVE_BUFFER // 2, 65_507),
        (5000, 9000, 9000),
    ],
)
def test_buffers_are_as_large_as_the_system_lets_them_be(most: int, receive: int, send: int) -> None:
    sock = Stingy(most)
    buffers.enlarge_buffers(sock)  # type: ignore[arg-type]
    assert sock.sizes == {socket.SO_RCVBUF: receive, socket.SO_SNDBUF: send}


def test_every_socket_of_a_talk_takes_the_largest_datagram(room: RoomSocket, member: MemberSocket) -> None:
    """On macOS one has room for 9,216 bytes unless it asks for more."""
    for sock in (room._socket, member._socket):
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) >= 65_507


def test_a_room_that_cannot_be_set_up_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(sock: socket.socket) -> None:
        raise OSError(errno.ENOBUFS, "no buffer space available")

    monkeypatch.setattr(room_socket, "enlarge_buffers", fail)
    with pytest.raises(OSError, match="no buffer space"):
        RoomSocket("127.0.0.1", 0)


class CannotWatch:
    """A recorder that watches no socket."""

    def name(self, address: Address, name: str) -> None:
        raise NotImplementedError

    def watch(self, sock: socket.socket, name: str, peer_name: str = "") -> socket.socket:
        raise ValueError("too many are watched")

    def carry(self, *arguments: object, **options: object) -> None:
        raise NotImplementedError

    def relay(self, *addresses: Address) -> None:
        raise NotImplementedError


def test_a_socket_that_cannot_be_watched_is_not_left() -> None:
    with pytest.raises(ValueError, match="watched"):
        RoomSocket("127.0.0.1", 0, CannotWatch())
    with pytest.raises(ValueError, match="watched"):
        MemberSocket("127.0.0.1", 9, 5, CannotWatch())


@not_here(sys.platform != "linux", "only Linux tells which address was asked")
def test_a_room_that_cannot_ask_which_address_was_asked_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wildcard_socket, "_IP_PKTINFO", -1)
    with pytest.raises(OSError, match="rotocol"):
        RoomSocket("0.0.0.0", 0)


@not_here(sys.platform != "linux", "only Linux tells which address was asked")
def test_what_is_sent_again_after_the_error_of_a_closed_port_leaves_from_the_address_that_was_asked() -> None:
    with ExitStack() as stack:
        room = RoomSocket("0.0.0.0", 0)
        stack.callback(room.close)
        gone, bob = (stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2))
        for peer, asked in ((gone, "127.0.0.1"), (bob, "127.0.0.2")):
            peer.settimeout(5)
            peer.connect((asked, room.port))
            peer.send(b"here")
        addresses = [address for _, address in room.receive_all(wait=False)]
        gone.close()
        assert room.send(b"hi", addresses) == 2
        assert bob.recv(10) == b"hi"
        assert list(room.closed_ports) == addresses[:1]


@not_here(sys.platform != "linux", "only Linux tells which address was asked")
def test_the_stranger_who_was_silent_longest_is_forgotten_and_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is forgotten is answered from an address that it did not ask."""
    monkeypatch.setattr(wildcard_socket, "MOST_STRANGERS", 2)
    members: set[Address] = set()
    room = RoomSocket("0.0.0.0", 0, members=members)
    with ExitStack() as stack:
        stack.callback(room.close)
        peers = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(5)]
        for peer in peers:
            peer.bind(("127.0.0.1", 0))
            peer.connect(("127.0.0.2", room.port))
        addresses = [peer.getsockname() for peer in peers]
        members |= {addresses[0]}
        for peer in (*peers, peers[2]):
            peer.send(b"here")
            assert len(list(room.receive_all(wait=False))) == 1
        room.send(b"hi", addresses)
        heard = []
        for peer in peers:
            peer.setblocking(False)
            with contextlib.suppress(OSError):
                heard.append((peers.index(peer), peer.recv(10)))
        assert heard == [(0, b"hi"), (2, b"hi"), (4, b"hi")]


@pytest.mark.parametrize(
    ("host", "port", "error"),
    [
        (FOREIGN_HOST, 0, CantListen),
        ("..", 0, CantResolve),
        ("127.0.0.1", 99_999, CantResolve),
    ],
)
def test_a_room_that_cannot_have_its_address_leaves_no_socket(host: str, port: int, error: type[OSError]) -> None:
    with pytest.raises(error):
        RoomSocket(host, port)


def test_two_rooms_cannot_have_one_port(room: RoomSocket) -> None:
    with pytest.raises(CantListen, match=f"port {room.port} is taken"):
        RoomSocket("127.0.0.1", room.port)


def test_a_members_port_is_from_8000_to_9000(member: MemberSocket) -> None:
    assert 8000 <= member._socket.getsockname()[1] <= 9000


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_who_talks_within_this_machine_opens_no_port_to_others(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even until it is connected; and no firewall asks for a permission."""
    bound: list[str] = []
    bind = MemberSocket._bind_to_free_port

    def note(member: MemberSocket, host: str) -> None:
        bound.append(host)
        bind(member, host)

    monkeypatch.setattr(MemberSocket, "_bind_to_free_port", note)
    MemberSocket(host, 9, 5).close()
    assert bound == [host]


def test_a_member_tries_another_port_when_one_is_taken(
    room: RoomSocket, member: MemberSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = member._socket.getsockname()[1]
    monkeypatch.setattr(member_socket, "CLIENT_PORTS", range(taken, taken + 3))
    monkeypatch.setattr("random.sample", lambda population, k: list(population))
    second = MemberSocket("127.0.0.1", room.port, 5)
    assert second._socket.getsockname()[1] in (taken + 1, taken + 2)
    second.close()


def test_when_no_port_is_free_a_member_is_told(
    room: RoomSocket, member: MemberSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = member._socket.getsockname()[1]
    monkeypatch.setattr(member_socket, "CLIENT_PORTS", range(taken, taken + 1))
    with pytest.raises(NoFreePort, match=rf"^every port from {taken} to {taken} is taken: close some clients$"):
        MemberSocket("127.0.0.1", room.port, 5)


def test_a_member_hears_the_room_alone(room: RoomSocket, member: MemberSocket, peer: socket.socket) -> None:
    peer.sendto(b"I am the room", member._socket.getsockname())
    room.send(b"hi", [member._socket.getsockname()])
    assert member.receive() == b"hi"


def test_a_member_notes_that_the_rooms_port_is_closed_and_goes_on(room: RoomSocket, member: MemberSocket) -> None:
    make_fail(member, recv=[reset()], send=[reset()])
    assert member.receive() is None
    assert member.port_is_closed
    member.send(b"hi")
    assert next(room.receive_all(wait=True))[0] == b"hi"


def test_what_no_datagram_can_carry_is_refused(member: MemberSocket) -> None:
    with pytest.raises(Refusal, match=r"^no datagram of 65,508 bytes can be sent: say it in pieces$"):
        member.send(b"x" * 65_508)
