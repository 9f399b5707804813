"""Where a service is, for those who are to come to it."""

from __future__ import annotations

from functools import cached_property

from chatlab.room.addresses import Address
from chatlab.service.resolve import reachable_host
from chatlab.service.this_python import this_python


class Reachable:
    """It listens at `host` and `port`; 0 is any port. `client`: the module of the program that joins it, with the
    options that it needs.
    """

    client = ""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    @property
    def address(self) -> Address:
        """Where others reach it; with port 0, only after the first start."""
        return (self._reachable_host, self._port)

    @cached_property
    def _reachable_host(self) -> str:
        return reachable_host(self._host)

    @property
    def join_command(self) -> str:
        """What to type in a terminal to join it."""
        host, port = self.address[:2]
        return f"{this_python()} -m {self.client} --host {host} --port {port}"
