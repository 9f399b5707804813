"""The address of a broker, which may hold a password or a token: neither is ever shown. Pure."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SCHEMES = ("nats", "tls")
DEFAULT_PORT = 4222
_FORM = "a broker's URL is nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ or TOKEN@ before the host"


@dataclass(frozen=True, slots=True)
class Broker:
    """`url`: all of it. Whoever prints a broker sees `shown`. Raises ValueError, whose text does not hold the URL."""

    url: str = field(repr=False)
    shown: str = field(init=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            port = DEFAULT_PORT if parts.port is None else parts.port
        except ValueError:
            raise ValueError(_FORM) from None
        if parts.scheme not in SCHEMES or not parts.hostname or parts.path not in ("", "/") or not port:
            raise ValueError(_FORM)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        object.__setattr__(self, "shown", f"{parts.scheme}://{host}:{port}")

    def __str__(self) -> str:
        return self.shown


def broker(text: str) -> Broker:
    """A type of options. Raises argparse.ArgumentTypeError."""
    try:
        return Broker(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
