"""The URL of a broker: what is one, and that its secrets are never shown."""

from __future__ import annotations

import pytest

from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.server import main


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
        ("nats://example.org", "nats://example.org:4222"),
        ("tls://ada:secret@example.org:4443/", "tls://example.org:4443"),
        ("nats://secret@[::1]:9", "nats://[::1]:9"),
    ],
)
def test_a_broker_is_shown_without_its_secrets(url: str, shown: str) -> None:
    broker = Broker(url)
    assert (broker.url, str(broker)) == (url, shown)
    assert "secret" not in f"{broker!r} {broker}"


@pytest.mark.parametrize(
    ("before_the_host", "credentials"),
    [
        ("", {}),
        ("a%23b@", {"token": "a#b"}),
        ("ada:%2F%3f%25@", {"user": "ada", "password": "/?%"}),
        ("ada:@", {"user": "ada", "password": ""}),
        (":secret@", {"user": "", "password": "secret"}),
    ],
)
def test_what_the_broker_is_told(before_the_host: str, credentials: object) -> None:
    assert Broker(f"nats://{before_the_host}example.org").credentials == credentials


@pytest.mark.parametrize(
    "url",
    [
        *("", "127.0.0.1:4222", "http://secret@x", "nats://", "nats://:4222", "nats://secret@x:99999"),
        *("nats://secret@x:0", "nats://secret@x:y", "nats://ada:secret@x/room", "nats://[secret"),
        *(
            "nats://secret#1@x",
            "nats://secret?@x",
            "nats://secret/@x",
            "nat://secret@x",
            "nats:/secret@x",
            "nats//secret",
        ),
    ],
)
def test_what_is_no_url_of_a_broker_is_told_in_one_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--cluster", url])
    assert end.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "a broker's URL is nats://HOST:PORT" in line
    assert "secret" not in line
