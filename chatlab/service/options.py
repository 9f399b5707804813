"""Types of command-line options, with errors of one line: ports, addresses, folders, numbers, a dataclass's fields."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from chatlab.room.limits import out_of_bounds

Options = TypeVar("Options")


def host_name(text: str) -> str:
    """`text` as a host. Raises argparse.ArgumentTypeError for an empty one, by which sockets mean every address."""
    if text.strip():
        return text
    raise argparse.ArgumentTypeError("an empty host is none: leave the option out, or say 0.0.0.0 for every address")


def port(text: str) -> int:
    """`text` as the port of what is to be opened. Raises argparse.ArgumentTypeError."""
    if text.isascii() and text.isdecimal() and int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose a number from 0 to 65535 (0: any that is free)")


def port_to_join(text: str) -> int:
    """`text` as the port of what is open already. Raises argparse.ArgumentTypeError."""
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 65_535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: choose a number from 1 to 65535")


def address_to_join(text: str) -> tuple[str, int]:
    """`text`, HOST:PORT with an IPv6 address in brackets, as (host, port). Raises argparse.ArgumentTypeError."""
    if not (parts := re.fullmatch(r"(?:\[([^][]+)]|([^][:]+)):(.*)", text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:9999 or [::1]:9999")
    return parts[1] or parts[2], port_to_join(parts[3])


def existing_folder(text: str) -> Path:
    """`text` as a folder that is there. Raises argparse.ArgumentTypeError."""
    if not (path := Path(text)).is_dir():
        raise argparse.ArgumentTypeError(f"{text}: there is no such folder")
    return path


def add_options(parser: argparse.ArgumentParser, options: type[Any]) -> None:
    """An option for each field of the dataclass `options`: its default, its type, and `help`, `least`, `most` of it."""
    for field in dataclasses.fields(options):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=from_to(
                field.metadata.get("least", 0),
                field.metadata.get("most", float("inf")),
                float if field.type in (float, "float") else int,
            ),
            metavar="N",
            default=field.default,
            help=field.metadata["help"],
        )


def values_of(options: type[Options], given: argparse.Namespace) -> Options:
    """The dataclass `options` with what was given on the command line."""
    return options(**{field.name: getattr(given, field.name) for field in dataclasses.fields(options)})  # type: ignore[arg-type]


def from_to(least: float, most: float, kind: Callable[[str], float]) -> Callable[[str], float]:
    """A type of options: numbers from `least` to `most`, both included; whole ones if `kind` is int."""

    wanted = "a whole number" if kind is int else "a number"

    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}") from None
        if fault := out_of_bounds(value, least, most):
            raise argparse.ArgumentTypeError(f"{text!r} {fault}")
        return value

    return number
