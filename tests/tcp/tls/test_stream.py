"""Two ends of TLS back to back, without a socket."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatlab.tcp.tls import stream as stream_module
from chatlab.tcp.tls.distrust import in_a_sentence
from chatlab.tcp.tls.stream import NOT_TLS, TOO_LONG, TlsStream
from tests.tcp.tls.contexts import serving, trusting

SERVING, TRUSTING = serving(), trusting()


def pair() -> tuple[TlsStream, TlsStream]:
    """A server's end and a client's, which have said nothing yet."""
    return TlsStream(SERVING), TlsStream(TRUSTING, "localhost")


def agree(server: TlsStream, client: TlsStream) -> None:
    while not (server.is_agreed and client.is_agreed):
        server.receive(client.seal())
        client.receive(server.seal())


def agreed() -> tuple[TlsStream, TlsStream]:
    server, client = pair()
    agree(server, client)
    return server, client


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=10), st.randoms())
@settings(deadline=None, max_examples=20)
def test_what_one_says_the_other_hears_wherever_the_stream_is_cut(words: list[bytes], random: object) -> None:
    server, client = agreed()
    sealed = b"".join(client.seal(word) for word in words)
    heard = b""
    while sealed:
        size = random.randint(1, len(sealed))  # type: ignore[attr-defined]
        heard += server.receive(sealed[:size])
        sealed = sealed[size:]
    assert heard == b"".join(words)


def test_the_two_agree_if_each_byte_comes_alone() -> None:
    server, client = pair()
    while not (server.is_agreed and client.is_agreed):
        for byte in client.seal():
            server.receive(bytes([byte]))
        for byte in server.seal():
            client.receive(bytes([byte]))
    assert server.receive(client.seal(b"hello")) == b"hello"
    assert not server.has_words
    assert not client.has_words


def test_what_is_said_before_they_have_agreed_waits() -> None:
    server, client = pair()
    assert server.seal(b"NICK\n") == b""
    heard = b""
    while not heard:
        server.receive(client.seal())
        heard = client.receive(server.seal())
    assert heard == b"NICK\n"


def test_last_words_before_they_have_agreed_are_dropped() -> None:
    server, client = pair()
    server.seal(b"NICK\n")
    hello = client.seal()
    server.receive(hello[:10])
    assert server.seal(b"ERROR go away\n", last=True) == b""
    server.receive(hello[10:])
    client.receive(server.seal())
    server.receive(client.seal())
    assert client.receive(server.seal()) == b"NICK\n"


def test_what_is_sealed_can_not_be_read() -> None:
    server, client = agreed()
    assert b"secret" not in server.seal(b"the secret")
    assert client.failure is None


def test_a_mebibyte_arrives_whole() -> None:
    server, client = agreed()
    data = bytes(range(256)) * 4096
    assert client.receive(server.seal(data)) == data


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_who_has_said_its_last_still_hears(version: ssl.TLSVersion) -> None:
    context = trusting()
    context.maximum_version = version
    server, client = TlsStream(SERVING), TlsStream(context, "localhost")
    agree(server, client)
    assert server.receive(client.seal(b"bye", last=True)) == b"bye"
    assert server.has_ended
    assert client.receive(server.seal(b"one more")) == b"one more"
    assert not client.has_ended
    assert client.receive(server.seal(b"and the last", last=True)) == b"and the last"
    assert client.has_ended
    assert server.failure is client.failure is None


def test_nothing_is_heard_behind_the_end() -> None:
    server, client = agreed()
    server.receive(client.seal(last=True))
    assert server.receive(b"\x17\x03\x03\x00\x05hello") == b""
    assert server.failure is None


@pytest.mark.parametrize("first", [b"hello\n", b"GET / HTTP/1.1\r\n", b"\0", b"\x17\x03\x03"])
def test_what_is_no_tls_is_known_by_its_first_byte(first: bytes) -> None:
    for end in pair():
        assert end.receive(first) == b""
        assert end.failure
        assert end.failure.reason == NOT_TLS
        assert end.receive(first) == b""


def test_what_only_begins_like_tls_is_a_failure_too() -> None:
    server, _ = pair()
    server.receive(b"\x16\x03garbage that is no handshake")
    assert server.failure
    assert server.failure.reason != NOT_TLS


def test_garbage_is_a_failure_and_what_came_before_it_is_heard() -> None:
    server, client = agreed()
    assert server.receive(client.seal(b"hello") + b"\x17\x03\x03\x00\x20" + b"x" * 32) == b"hello"
    assert server.failure
    assert client.receive(server.seal(b"never", last=True)) == b"", "but TLS's own alert"
    assert client.failure


def test_a_record_that_somebody_has_changed_is_a_failure() -> None:
    server, client = agreed()
    sealed = bytearray(client.seal(b"hello"))
    sealed[-1] ^= 1
    assert server.receive(bytes(sealed)) == b""
    assert server.failure


def test_a_record_that_comes_twice_is_a_failure() -> None:
    server, client = agreed()
    sealed = client.seal(b"hello")
    assert server.receive(sealed) == b"hello"
    assert server.receive(sealed) == b""
    assert server.failure


def test_a_handshake_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "MAX_HANDSHAKE", 100)
    server, client = pair()
    hello = client.seal()
    server.receive(hello[:100])
    assert server.failure is None
    server.receive(hello[100:101])
    assert server.failure
    assert str(in_a_sentence(server.failure, "host:1", "host")).endswith(f"no TLS: {TOO_LONG}")


def test_a_client_that_does_not_trust_the_certificate_says_so() -> None:
    server, client = TlsStream(SERVING), TlsStream(TRUSTING, "chat.example.org")
    server.receive(client.seal())
    client.receive(server.seal())
    assert isinstance(client.failure, ssl.SSLCertVerificationError)
    server.receive(client.seal())
    assert server.failure
    assert not server.is_agreed
