"""From what people type to what sockets take, and what they are told where that fails."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chatlab.room.addresses import shown
from chatlab.room.errors import CantListen, CantResolve
from chatlab.service.resolve import bind, reachable_host, resolve
from tests.systems import FOREIGN_HOST, not_here


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        yield sock


def test_addresses_are_shown_as_people_write_them() -> None:
    assert shown(("127.0.0.1", 9999)) == "127.0.0.1:9999"
    assert shown(("::1", 9999, 0, 0)) == "[::1]:9999"


def test_a_name_of_two_families_leads_to_its_ipv4_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: str, port: int, **hints: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET6, socket.SOCK_DGRAM, 17, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert resolve("localhost", 9999, socket.SOCK_DGRAM) == (socket.AF_INET, ("127.0.0.1", 9999))


def test_an_ipv6_address_is_one_of_that_family() -> None:
    assert resolve("::1", 9999, socket.SOCK_DGRAM) == (socket.AF_INET6, ("::1", 9999, 0, 0))


@pytest.mark.parametrize("host", ["a" * 64, "..", "\udcff"], ids=ascii)
def test_what_can_be_no_host_is_named(host: str) -> None:
    with pytest.raises(CantResolve, match=r"^can't find the host '.+': check its spelling, or type its IP address$"):
        resolve(host, 9999, socket.SOCK_DGRAM)


def test_a_host_that_cannot_be_found_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*query: object, **hints: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    with pytest.raises(CantResolve) as caught:
        resolve("chat.exmaple.org", 9999, socket.SOCK_DGRAM)
    assert str(caught.value) == "can't find the host 'chat.exmaple.org': check its spelling, or type its IP address"


@not_here(not socket.has_dualstack_ipv6(), "no IPv6 here, or no sockets of both families")
@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_all_addresses_of_ipv6_are_those_of_ipv4_too(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET6, kind) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as on Windows
        bind(sock, ("::", 0, 0, 0))
        assert sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_number_that_is_no_port_is_not_cut_to_one(port: int) -> None:
    with pytest.raises(CantResolve, match=rf"^there is no port {port}: choose a number from 0 to 65535$"):
        resolve("127.0.0.1", port, socket.SOCK_DGRAM)


def test_a_port_in_use_is_named_with_what_to_do(sock: socket.socket) -> None:
    bind(sock, ("127.0.0.1", 0))
    address = sock.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second, pytest.raises(CantListen) as caught:
        bind(second, address)
    advice = f"port {address[1]} is taken or not allowed: stop who uses it, or choose another with --port"
    assert str(caught.value) == f"can't listen on {shown(address)}: {advice}"


def test_another_machines_address_is_named_with_what_to_do() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock, pytest.raises(CantListen) as caught:
        bind(sock, (FOREIGN_HOST, 9999, 0, 0))
    assert str(caught.value) == (
        f"can't listen on [{FOREIGN_HOST}]:9999: that is not an address of this machine: "
        "try --host 127.0.0.1, or --host 0.0.0.0 for all of them"
    )


def test_others_reach_a_server_at_the_host_that_it_was_given() -> None:
    assert reachable_host("127.0.0.1") == "127.0.0.1"
    assert reachable_host("localhost") == "localhost"


@pytest.mark.parametrize("everywhere", ["", "0.0.0.0"])
def test_others_reach_a_server_of_all_addresses_at_one_of_this_machine(everywhere: str, sock: socket.socket) -> None:
    host = reachable_host(everywhere)
    assert host not in ("", "0.0.0.0")
    bind(sock, (host, 0))
