"""Which servers are measured, and how each is started."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from chatlab.bench.members.members import Members
from chatlab.bench.members.tcp import TcpMembers, TlsMembers
from chatlab.bench.members.udp import UdpMembers
from chatlab.tcp.models.serving import MODELS

_PYTHON = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Server:
    """How to start a server: the arguments of its command, with {port} and {clients} to be filled in.

    `processes`: how often it is started, where a room is on several servers; the members are spread over them.
    """

    name: str
    arguments: tuple[str, ...]
    members: type[Members]
    processes: int = 1

    @classmethod
    def from_command(cls, command: str, members: type[Members]) -> Server:
        """A server as somebody types it. Raises ValueError with one line about what is wrong with it."""
        if "{port}" not in command:
            raise ValueError(f"{command!r} does not say where {{port}} goes")
        arguments = shlex.split(command, posix=os.name == "posix")
        if os.name == "nt":  # where a backslash is no escape, shlex leaves the quotes of a path with a blank
            arguments = [argument.strip('"') for argument in arguments]
        return cls(" ".join(map(_base_name, arguments))[:NAME_LENGTH], tuple(arguments), members)


# Longer names are cut in a table.
NAME_LENGTH = 20
TCP_MODELS = tuple(
    Server(
        f"tcp {model}",
        (
            *_PYTHON,
            "chatlab.tcp.server",
            "--port={port}",
            f"--model={model}",
            "--rate-limit=0",
            "--max-members={clients}",
        ),
        TcpMembers,
    )
    for model in MODELS
)
TLS_MODELS = tuple(
    Server(f"tls {model}", (*_PYTHON, "chatlab.bench.rivals.tls", "{port}", "{clients}", model), TlsMembers)
    for model in MODELS
)
UDP = Server(
    "udp",
    (
        *_PYTHON,
        "chatlab.udp.server",
        "--port={port}",
        "--rate-limit=0",
        "--max-members={clients}",
        "--idle-limit=86400",
    ),
    UdpMembers,
)
NAIVE = Server("tcp naive", (*_PYTHON, "chatlab.bench.rivals.naive", "{port}"), TcpMembers)
BARE_TCP = Server("tcp bare loop", (*_PYTHON, "chatlab.bench.rivals.bare", "tcp", "{port}", "{clients}"), TcpMembers)
RELAYED = Server("udp, relayed", (*_PYTHON, "chatlab.bench.rivals.relayed", "{port}", "{clients}"), UdpMembers)
TRACED = Server("udp, traced", (*_PYTHON, "chatlab.bench.rivals.traced", "{port}", "{clients}"), UdpMembers)
BARE_UDP = Server("udp bare loop", (*_PYTHON, "chatlab.bench.rivals.bare", "udp", "{port}", "{clients}"), UdpMembers)


def _base_name(argument: str) -> str:
    return Path(argument).name
