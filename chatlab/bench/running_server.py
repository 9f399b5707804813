"""A server at work under measurement: a process of its own, or several, that share no interpreter with the load's side.

CPU time and memory are read from Linux's clocks and /proc; on other systems they are unknown (None). A server that
hands its work to child processes is measured without them.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from chatlab.bench.servers import Server
from chatlab.room.errors import CantStart

# Linux's number for the clock of how long a process has run.
CPUCLOCK_SCHED = 2
# Seconds until a server that was told to stop is killed.
PATIENCE = 5.0


class RunningServer:
    """A server at work, for up to `clients` clients. A context manager. Raises CantStart."""

    def __init__(self, server: Server, clients: int) -> None:
        self.addresses = [("127.0.0.1", _free_port(server.members.kind)) for _ in range(server.processes)]
        self._processes = []
        with ExitStack() as stack:
            for _, port in self.addresses:
                values = {"{port}": str(port), "{clients}": str(clients)}
                arguments = [_filled_in(argument, values) for argument in server.arguments]
                # What it prints is not read; what it complains about is shown.
                try:
                    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                except OSError as error:
                    raise CantStart(f"can't start {arguments[0]!r}: {error.strerror}") from error
                self._processes.append(process)
                stack.callback(_end, process)
            self._stack = stack.pop_all()

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    @property
    def has_ended(self) -> bool:
        return any(process.poll() is not None for process in self._processes)

    def cpu_seconds(self) -> float | None:
        """CPU time that it has used so far, all its threads together."""
        if sys.platform != "linux":
            return None
        # What clock_getcpuclockid(3) gives for its process; Python has that for threads alone. Linux makes the clock's
        # number in this way: make_process_cpuclock in its include/linux/posix-timers.h.
        return sum(time.clock_gettime((~process.pid << 3) | CPUCLOCK_SCHED) for process in self._processes)

    def memory(self) -> int | None:
        """Bytes of memory that it has now."""
        return self._status("VmRSS")

    def peak_memory(self) -> int | None:
        """The most bytes of memory that it has had."""
        return self._status("VmHWM")

    def _status(self, field: str) -> int | None:
        """The sum of a field of /proc/<pid>/status in bytes: see proc(5)."""
        if sys.platform != "linux":
            return None
        files = [Path(f"/proc/{process.pid}/status").read_text(encoding="ascii") for process in self._processes]
        return sum(int(line.split()[1]) * 1024 for line in "".join(files).splitlines() if line.startswith(f"{field}:"))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _filled_in(argument: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument
