"""Sockets of a reader's own, watched."""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import NamedTuple

import pytest

from chatlab.trace import Trace
from tests.systems import NO_RESET, SLOWER, not_here, wine_differs
from tests.tcp.raw_client import RESET

LIMIT = 5.0 * SLOWER


def rows(trace: Trace) -> list[str]:
    return [" ".join(row.split()[1:]) for row in str(trace).splitlines()[1:]]


class Pair(NamedTuple):
    """A connection whose two ends are watched."""

    trace: Trace
    ada: socket.socket
    room: socket.socket


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def udp(trace: Trace, name: str, sockets: ExitStack) -> socket.socket:
    sock = sockets.enter_context(trace.watch(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), name))
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(LIMIT)
    return sock


@pytest.fixture
def pair(sockets: ExitStack) -> Pair:
    trace = Trace()
    listener = sockets.enter_context(trace.watch(socket.create_server(("127.0.0.1", 0)), "room"))
    ada = sockets.enter_context(trace.watch(socket.socket(), "ada"))
    ada.connect(listener.getsockname())
    room = sockets.enter_context(listener.accept()[0])
    for end in (ada, room):
        end.settimeout(LIMIT)
    trace.clear()
    return Pair(trace, ada, room)


def test_datagrams_of_every_call(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    ada.sendto(b"one", bob.getsockname())
    assert bob.recvfrom(100) == (b"one", ada.getsockname())
    bob.connect(ada.getsockname())
    bob.send(b"two")
    buffer = bytearray(100)
    assert ada.recv_into(buffer) == 3
    bob.sendall(b"three")
    assert ada.recv(100) == b"three"
    assert rows(trace) == ["ada -> bob one", "bob -> ada two", "bob -> ada three"]


@not_here(sys.platform == "win32", "Windows raises an error where the buffer is too small")
def test_of_a_datagram_that_is_longer_than_the_buffer_a_part_is_read(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    ada.sendto(b"four", 0, bob.getsockname())
    assert bob.recv(2) == b"fo"
    assert rows(trace) == ["ada -> bob four 2 of 4 bytes read"]


def test_a_datagram_waits_until_it_is_read_or_its_socket_closes(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    address = bob.getsockname()
    for text in (b"heard", b"too late"):
        ada.sendto(text, address)
    assert rows(trace) == ["ada -> bob heard unread", "ada -> bob too late unread"]
    bob.recv(100)
    assert rows(trace) == ["ada -> bob heard", "ada -> bob too late unread"]
    bob.close()
    ada.sendto(b"anybody?", address)
    assert rows(trace) == ["ada -> bob heard", "ada -> bob too late lost", "ada -> bob anybody? nobody there"]


@wine_differs(NO_RESET)
def test_an_arrow_to_a_closed_port_finds_nobody_there_though_its_socket_was_not_watched(sockets: ExitStack) -> None:
    trace = Trace()
    ada = udp(trace, "ada", sockets)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bob:
        bob.bind(("127.0.0.1", 0))
        ada.connect(bob.getsockname())
        trace.name(bob.getsockname(), "bob")
        ada.send(b"heard")
        assert bob.recv(100) == b"heard"
    ada.send(b"anybody?")
    with pytest.raises(ConnectionError):
        ada.recv(100)
    assert rows(trace) == ["ada -> bob heard", "ada -> bob anybody? nobody there"]


def test_a_datagram_that_is_read_into_a_buffer_with_its_sender_has_arrived(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    ada.sendto(b"hello", bob.getsockname())
    buffer = bytearray(100)
    assert bob.recvfrom_into(buffer, 0, socket.MSG_PEEK) == (5, ada.getsockname())
    assert rows(trace) == ["ada -> bob hello unread"]
    assert bob.recvfrom_into(buffer) == (5, ada.getsockname())
    assert rows(trace) == ["ada -> bob hello"]


@not_here(sys.platform == "win32", "Windows has no sendmsg and recvmsg")
def test_a_datagram_of_sendmsg_and_recvmsg(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    ada.sendmsg([b"hel", b"lo"], [], 0, bob.getsockname())
    assert rows(trace) == ["ada -> bob hello unread"]
    assert bob.recvmsg(100)[0] == b"hello"
    assert rows(trace) == ["ada -> bob hello"]


def test_a_datagram_to_all_on_the_network_is_sent_and_raises_nothing(sockets: ExitStack) -> None:
    trace = Trace()
    sock = sockets.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.bind(("0.0.0.0", 0))  # so that its own address has to be looked up
    everybody = ("127.255.255.255", 9)
    try:
        sock.sendto(b"anybody?", everybody)
    except OSError as error:
        pytest.skip(f"the loopback has no broadcasts here: {error}")
    ada = sockets.enter_context(trace.watch(sock, "ada"))
    ada.sendto(b"anybody?", everybody)
    assert rows(trace) == ["ada -> stranger 1 anybody?"]


def test_what_only_looks_and_what_wakes_oneself_crosses_nothing(sockets: ExitStack) -> None:
    trace = Trace()
    ada, bob = udp(trace, "ada", sockets), udp(trace, "bob", sockets)
    bob.sendto(b"", bob.getsockname())
    assert bob.recv(100) == b""
    ada.sendto(b"hi", bob.getsockname())
    assert bob.recv(100, socket.MSG_PEEK) == b"hi"
    assert bob.recvfrom(100)[0] == b"hi"
    assert rows(trace) == ["ada -> bob hi"]


def test_the_pieces_of_a_stream(pair: Pair) -> None:
    pair.ada.sendall(b"hello\nworld\n")
    assert pair.room.recv(8) == b"hello\nwo"
    assert pair.room.recv(100) == b"rld\n"
    pair.room.send(b"x\n")
    pair.room.send(b"")
    assert pair.ada.recv_into(bytearray(10)) == 2
    assert rows(pair.trace) == ["ada -> room [hello\\n] [wo", "ada -> room rld\\n]", "room -> ada [x\\n]"]


@not_here(sys.platform == "win32", "Windows has no sendmsg")
def test_pieces_sent_by_sendmsg(pair: Pair) -> None:
    pair.ada.sendmsg([b"hel", b"lo\n"])
    assert pair.room.recv(100) == b"hello\n"
    assert rows(pair.trace) == ["ada -> room [hello\\n]"]


def test_a_connection_that_does_not_wait_is_recorded_from_its_beginning(sockets: ExitStack) -> None:
    trace = Trace()
    listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
    for connect in (socket.socket.connect, socket.socket.connect_ex):
        ada = sockets.enter_context(trace.watch(socket.socket(), "ada", peer_name="room"))
        ada.setblocking(False)
        with suppress(BlockingIOError):
            getattr(ada, connect.__name__)(listener.getsockname())
        room = sockets.enter_context(listener.accept()[0])
        assert select.select([], [ada], [], LIMIT)[1]
        ada.send(b"hello")
        room.sendall(b"hi")
        assert select.select([ada], [], [], LIMIT)[0]
        assert ada.recv(100) == b"hi"
        assert rows(trace) == ["ada -> room (connects)", "ada -> room [hello", "room -> ada [hi"]
        trace.clear()


def test_a_connection_that_is_refused_is_not_recorded(sockets: ExitStack) -> None:
    trace = Trace()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    ada = sockets.enter_context(trace.watch(socket.socket(), "ada"))
    with pytest.raises(ConnectionRefusedError):
        ada.connect(address)
    assert rows(trace) == []


def test_an_end_comes_after_the_last_words_of_a_file_that_was_made_of_the_socket(sockets: ExitStack) -> None:
    trace = Trace()
    listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
    ada = sockets.enter_context(trace.watch(socket.create_connection(listener.getsockname()), "ada", "room"))
    room = sockets.enter_context(listener.accept()[0])
    file = ada.makefile("w", encoding="utf-8", newline="\n")
    ada.close()
    file.write("last words\n")
    file.close()
    assert room.recv(100) == b"last words\n"
    assert rows(trace) == ["ada -> room [last words\\n]", "ada -> room (says no more)"]


def test_ends_are_recorded_once(pair: Pair) -> None:
    pair.ada.sendall(b"bye\n")
    pair.ada.shutdown(socket.SHUT_WR)
    assert (pair.room.recv(100), pair.room.recv(100)) == (b"bye\n", b"")
    pair.room.close()
    pair.room.close()
    assert pair.ada.recv(100) == b""
    pair.ada.close()
    assert rows(pair.trace) == ["ada -> room [bye\\n]", "ada -> room (says no more)", "room -> ada (says no more)"]


@wine_differs("a connection that is reset looks like one that ends")
def test_a_reset_is_recorded_by_who_gets_it(pair: Pair) -> None:
    pair.room.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    socket.socket.close(pair.room)  # not seen at this end
    with pytest.raises(ConnectionResetError):
        pair.ada.recv(100)
    assert rows(pair.trace) == ["room -> ada (resets the connection)"]


def test_it_stays_the_socket_that_it_was(sockets: ExitStack) -> None:
    plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    plain.bind(("127.0.0.1", 0))
    plain.settimeout(1.5)
    address, number = plain.getsockname(), plain.fileno()
    watched = sockets.enter_context(Trace().watch(plain, "ada"))
    assert (watched.getsockname(), watched.fileno(), watched.gettimeout()) == (address, number, 1.5)
    assert plain.fileno() == -1


@not_here(not hasattr(socket, "AF_UNIX"), "this system has no sockets without a port")
def test_a_socket_without_a_port_is_refused() -> None:
    with socket.socket(socket.AF_UNIX) as sock, pytest.raises(ValueError, match="AF_INET"):
        Trace().watch(sock, "ada")


def test_a_room_on_all_addresses_is_one_party(sockets: ExitStack) -> None:
    trace = Trace()
    room = sockets.enter_context(trace.watch(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), "room"))
    room.bind(("0.0.0.0", 0))
    room.settimeout(LIMIT)
    ada = udp(trace, "ada", sockets)
    ada.sendto(b"hi", ("127.0.0.1", room.getsockname()[1]))
    room.sendto(b"ada: hi", room.recvfrom(100)[1])
    ada.recv(100)
    assert rows(trace) == ["ada -> room hi", "room -> ada ada: hi"]
    assert {record.source[0] for record in trace.snapshot().records} == {"127.0.0.1"}


def test_many_threads_at_once(sockets: ExitStack) -> None:
    trace = Trace()
    bob = udp(trace, "bob", sockets)
    talkers = [udp(trace, f"t{number}", sockets) for number in range(4)]

    def talk(sock: socket.socket) -> None:
        for number in range(25):
            sock.sendto(b"%d" % number, bob.getsockname())

    threads = [threading.Thread(target=talk, args=(sock,)) for sock in talkers]
    for thread in threads:
        thread.start()
    for _ in range(100):
        bob.recv(100)
    for thread in threads:
        thread.join()
    assert repr(trace) == "<trace of 100 messages>"
    assert not [row for row in rows(trace) if "lost" in row]
