"""Certificates that can't be used, and those that are not to be trusted: each is a sentence."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatlab.room.errors import NobodyAnswers, NoCertificate, NotTrusted
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.tcp.tls.context import client_context, server_context
from tests.tcp.raw_client import LIMIT
from tests.tcp.tls.contexts import AUTHORITY, CERTIFICATES, ROOM, serving, trusting


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("missing.pem", "room.key", "can't read {}missing.pem: "),
        ("room.pem", "missing.key", "can't read {}missing.key: "),
        ("room.key", "room.pem", "{}room.key holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"),
        ("room.pem", "room.pem", "{}room.pem holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"),
        ("room.pem", "expired.key", "the key in {}expired.key is not that of the certificate in {}room.pem"),
        ("room.pem", "encrypted.key", "the key in {}encrypted.key is encrypted: decrypt it first, as by openssl pkey"),
    ],
)
def test_a_certificate_that_a_server_can_not_use(certificate: str, key: str, says: str) -> None:
    with pytest.raises(NoCertificate) as failed:
        server_context(CERTIFICATES / certificate, CERTIFICATES / key)
    assert str(failed.value).startswith(says.replace("{}", str(CERTIFICATES / "_")[:-1]))
    assert "\n" not in str(failed.value)


def test_a_damaged_certificate(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pem"
    damaged.write_bytes(AUTHORITY.read_bytes().replace(b"M", b"N"))
    with pytest.raises(NoCertificate, match="damaged"):
        server_context(damaged, ROOM[1])
    with pytest.raises(NoCertificate, match="damaged"):
        client_context(damaged)


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ("elsewhere", "the certificate at {} is not for '127.0.0.1': connect by a name that stands in it"),
        ("expired", "the certificate at {} has expired: whoever runs the room has to renew it"),
        ("early", "the certificate at {} is not valid yet: is the clock right, here and there?"),
    ],
)
def test_a_certificate_that_is_not_to_be_trusted(certificate: str, says: str) -> None:
    with TcpServer(port=0, tls=serving(certificate)) as room, pytest.raises(NotTrusted) as failed:
        TcpClient("ada", room, tls=trusting()).start()
    assert str(failed.value).startswith(says.format("{}:{}".format(*room.address)))


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        ("room", "is signed by nobody whom you trust: name who it is by --ca, if you know them"),
        ("authority", "is signed by itself alone: if you know whose it is, name its file by --ca"),
    ],
)
def test_an_authority_that_nobody_knows(certificate: str, says: str) -> None:
    other = client_context(CERTIFICATES / "other_authority.pem")
    with TcpServer(port=0, tls=serving(certificate)) as room, pytest.raises(NotTrusted, match=says):
        TcpClient("ada", room, tls=other).start()


def test_a_client_with_tls_at_a_room_without() -> None:
    with TcpServer(port=0) as room:
        says = f"{room.address[1]} speaks no TLS: leave --tls out, or start the room with it"
        with pytest.raises(NobodyAnswers, match=says):
            TcpClient("ada", room, tls=trusting()).start()


def test_a_client_without_tls_at_a_room_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatlab.tcp.client.PATIENCE", 0.3)
    with TcpServer(port=0, tls=serving()) as room:
        with pytest.raises(NobodyAnswers, match="If it speaks TLS, start the client with --tls"):
            TcpClient("ada", room).start()


@contextmanager
def stranger_that(ends_at_once: bool) -> Iterator[socket.socket]:
    """A server of something else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(LIMIT)
                while sock.recv(65_536) and not ends_at_once:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener
        thread.join()


def test_a_server_that_never_answers_in_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatlab.tcp.client.PATIENCE", 0.3)
    with stranger_that(ends_at_once=False) as server:
        with pytest.raises(NobodyAnswers, match="nobody answers in TLS at .*: is that a room with --tls"):
            TcpClient("ada", server.getsockname(), tls=trusting()).start()


def test_a_server_that_ends_the_connection() -> None:
    with stranger_that(ends_at_once=True) as server:
        with pytest.raises(NobodyAnswers, match="has ended the connection at once: is that a room with --tls"):
            TcpClient("ada", server.getsockname(), tls=trusting()).start()


def test_two_that_have_no_version_in_common() -> None:
    old, new = serving(), trusting()
    old.maximum_version = old.minimum_version
    new.minimum_version = new.maximum_version
    with TcpServer(port=0, tls=old) as room:
        with pytest.raises(NobodyAnswers, match="and this client agree on no TLS: "):
            TcpClient("ada", room, tls=new).start()
