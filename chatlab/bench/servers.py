"""Servers under measurement: processes of their own, so that they share no interpreter with the load's side.

CPU time and memory are read from Linux's clocks and /proc; on other systems they are unknown (None). A server that
hands its work to child processes is measured without them.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chatlab.bench.members import Members
from chatlab.bench.tcp_members import TcpMembers
from chatlab.bench.udp_members import UdpMembers
from chatlab.room.errors import CantStart
from chatlab.tcp.server import MODELS

_PYTHON = (sys.executable, "-m")
# Linux's number for the clock of how long a process has run.
CPUCLOCK_SCHED = 2
# Seconds until a server that was told to stop is killed.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """How to start a server: the arguments of its command, with {port} and {clients} to be filled in."""

    name: str
    arguments: tuple[str, ...]
    members: type[Members]

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


class RunningServer:
    """A server at work, for up to `clients` clients. A context manager. Raises CantStart."""

    def __init__(self, server: Server, clients: int) -> None:
        self.address = ("127.0.0.1", _free_port(server.members.kind))
        values = {"{port}": str(self.address[1]), "{clients}": str(clients)}
        arguments = [_filled_in(argument, values) for argument in server.arguments]
        # What it prints is not read; what it complains about is shown.
        try:
            self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        except OSError as error:
            raise CantStart(f"can't start {arguments[0]!r}: {error.strerror}") from error

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def cpu_seconds(self) -> float | None:
        """CPU time that it has used so far, all its threads together."""
        if sys.platform != "linux":
            return None
        # What clock_getcpuclockid(3) gives for its process; Python has that for threads alone. Linux makes the clock's
        # number in this way: make_process_cpuclock in its include/linux/posix-timers.h.
        return time.clock_gettime((~self._process.pid << 3) | CPUCLOCK_SCHED)

    def memory(self) -> int | None:
        """Bytes of memory that it has now."""
        return self._status("VmRSS")

    def peak_memory(self) -> int | None:
        """The most bytes of memory that it has had."""
        return self._status("VmHWM")

    def _status(self, field: str) -> int | None:
        """A field of /proc/<pid>/status in bytes: see proc(5)."""
        if sys.platform != "linux":
            return None
        lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _filled_in(argument: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument


def _base_name(argument: str) -> str:
    return Path(argument).name
