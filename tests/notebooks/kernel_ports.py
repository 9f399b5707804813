"""A pytest plugin: the kernels that nbval starts listen at ports that the system hands out to nobody else.

jupyter_client asks the system for a free port, and leaves it free until the kernel has started, seconds later. If a
room has drawn the same port meanwhile, the kernel cannot listen; on Windows, not even at one that a connection has had
a minute ago (TIME_WAIT). Then it never answers.
"""

from __future__ import annotations

import os
import socket
import sys

from jupyter_client.connect import LocalPortCache

# Systems hand out ports from 32,768 (Linux) or 49,152 on (RFC 6335, section 6; Windows, macOS).
FIRST = 26_000 if sys.platform == "win32" else 20_000  # Wine's kernels may run beside those of the same machine
WORKERS, EACH = 12, 500  # each of pytest-xdist's workers has its own


class KernelPorts(LocalPortCache):
    """What jupyter_client asks for ports in place of its own cache."""

    def __init__(self) -> None:
        super().__init__()
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        self._first = FIRST + worker % WORKERS * EACH
        self._given = os.getpid()  # runs beside each other begin elsewhere

    def find_available_port(self, ip: str) -> int:
        """The next that nobody has. Raises OSError where all are taken."""
        for _ in range(EACH):
            port = self._first + self._given % EACH
            self._given += 1
            with socket.socket() as sock:
                try:
                    sock.bind((ip, port))
                except OSError:
                    continue
            if port not in self.currently_used_ports:
                self.currently_used_ports.add(port)
                return port
        raise OSError(f"no port is free from {self._first} to {self._first + EACH - 1}")


KernelPorts.instance()  # from now on, also that of its base class
