"""The address of a broker, which may hold a password or a token: neither is ever shown. Pure."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

SCHEMES = ("nats", "tls")
DEFAULT_PORT = 4222
_FORM = (
    "a broker's URL is nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ or TOKEN@ before the host, in which "
    "/, ?, # and % are written as %2F, %3F, %23 and %25"
)


@dataclass(frozen=True, slots=True)
class Broker:
    """`url`: all of it. Whoever prints a broker sees `shown`. Raises ValueError, whose text does not hold the URL.

    `credentials`: what is to be told the broker: user and password, or token, or nothing, as nats-py calls them.
    """

    url: str = field(repr=False)
    shown: str = field(init=False)
    host: str = field(init=False, repr=False)
    port: int = field(init=False, repr=False)
    credentials: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            port = DEFAULT_PORT if parts.port is None else parts.port
        except ValueError:
            raise ValueError(_FORM) from None
        # What a password with a # or ? in it leaves before that would pass for a host.
        ends_with_the_port = parts.path in ("", "/") and not parts.query and not parts.fragment
        if parts.scheme not in SCHEMES or not parts.hostname or not ends_with_the_port or not port:
            raise ValueError(_FORM)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        object.__setattr__(self, "shown", f"{parts.scheme}://{host}:{port}")
        object.__setattr__(self, "host", parts.hostname)
        object.__setattr__(self, "port", port)
        object.__setattr__(self, "credentials", _credentials(parts.username, parts.password))

    def __str__(self) -> str:
        return self.shown


def _credentials(user: str | None, password: str | None) -> Mapping[str, Any]:
    if password is not None:
        return {"user": unquote(user or ""), "password": unquote(password)}
    return {"token": unquote(user)} if user else {}


def broker(text: str) -> Broker:
    """A type of options. Raises argparse.ArgumentTypeError."""
    try:
        return Broker(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
