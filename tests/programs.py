"""chatlab's programs in processes of their own, as a user runs them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Protocol, TypeVar

import pytest

from tests.systems import SLOWER

LIMIT = 10.0 * SLOWER  # seconds to wait for what must come
# Lines of a server's log, more than a pipe holds: 4 KiB on Windows, 64 KiB on Linux.
MORE_THAN_A_PIPE = 200 if sys.platform == "win32" else 1500
CONSOLE = str(Path(__file__).with_name("console.py"))


class Console:
    """The keys of one program: signals; on Windows by tests/console.py, which `arguments` put before the program's."""

    def __init__(self) -> None:
        self._keys: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LIMIT)
        self.arguments = [CONSOLE, str(self._listener.getsockname()[1])] if sys.platform == "win32" else []

    def press(self, key: signal.Signals, program: subprocess.Popen[bytes]) -> None:
        if sys.platform != "win32":
            program.send_signal(key)
            return
        if not self._keys:
            self._keys, _ = self._listener.accept()
        self._keys.sendall(bytes([key]))

    def close(self) -> None:
        self._listener.close()
        if self._keys:
            self._keys.close()


class Running(Protocol):
    def wait(self, limit: float) -> int: ...


Runs = TypeVar("Runs", bound=Running)


def code_after(stop: Callable[[Runs], object], program: Runs) -> int:
    """The exit code after `stop`. Raises TimeoutExpired if it still runs after the two seconds that are promised."""
    stop(program)
    return program.wait(2 * SLOWER)


class Program:
    """`python <arguments>`: its input and output are pipes of UTF-8 text. A context manager; what still runs is killed.

    Its output is read only as far as a test asks for it; `lines`: those that were read.
    """

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.lines: list[str] = []
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # Opened anew to be read: with the program we would share the place in it, and move it while the program writes.
        self._errors = Path(self._folder.name) / "errors"
        self._console = Console()
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, *self._console.arguments, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONUTF8": "1", **environment},
            )
        self._arrived: Queue[str | None] = Queue()
        self._asked_for = threading.Semaphore(0)  # lines
        self._over = False
        self._reader = threading.Thread(target=self._read, name="program-output")
        self._reader.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
        self._over = True
        self._asked_for.release()
        self._reader.join()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()
        self._console.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def errors(self) -> str:
        """What it has written to its standard error."""
        return self._errors.read_bytes().decode().replace(os.linesep, "\n")

    def type(self, text: str) -> None:
        self.type_bytes(text.encode())

    def type_bytes(self, data: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end_input(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()

    def wait_for_line(self, wanted: str | Callable[[str], object]) -> str:
        """The next line that holds `wanted`, or for which `wanted` holds. Fails if it does not come within LIMIT."""
        holds = (lambda line: wanted in line) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + LIMIT
        while True:
            self._asked_for.release()
            try:
                line = self._arrived.get(timeout=max(0, deadline - time.monotonic()))
            except Empty:
                line = None
            assert line is not None, f"no line with {wanted!r}; lines: {self.lines}, errors: {self.errors}"
            self.lines.append(line)
            if holds(line):
                return line

    def rest(self) -> list[str]:
        """The lines up to the end of its output, which has to come within LIMIT."""
        rest = []
        self._asked_for.release()
        while (line := self._arrived.get(timeout=LIMIT)) is not None:
            rest.append(line)
            self._asked_for.release()
        self.lines += rest
        return rest

    def close_output(self) -> None:
        """Whoever reads its output is gone."""
        assert self._process.stdout
        self._process.stdout.close()

    def press_ctrl_c(self) -> None:
        self._console.press(signal.SIGINT, self._process)

    def press_ctrl_break(self) -> None:
        """On Windows alone."""
        if sys.platform == "win32":
            self._console.press(signal.SIGBREAK, self._process)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self, limit: float = LIMIT) -> int:
        """Its exit code. Raises TimeoutExpired if it still runs after `limit` seconds."""
        return self._process.wait(limit)

    def _read(self) -> None:
        assert self._process.stdout
        while self._asked_for.acquire() and not self._over:
            line = self._process.stdout.readline().decode()
            self._arrived.put(line.rstrip("\r\n") if line else None)


# What ends a program. On Windows nobody can be told to terminate.
STOPS = [pytest.param(Program.press_ctrl_c, id="Ctrl-C")]
if sys.platform == "win32":
    STOPS.append(pytest.param(Program.press_ctrl_break, id="Ctrl-Break"))
else:
    STOPS.append(pytest.param(Program.terminate, id="SIGTERM"))
