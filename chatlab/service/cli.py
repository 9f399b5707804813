"""What the programs share: errors in one line, a server that runs until a signal stops it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn, Protocol

from chatlab.room.addresses import Address, shown
from chatlab.service.line_printer import LinePrinter
from chatlab.service.options import port, port_to_join
from chatlab.service.signals import Interrupts
from chatlab.service.this_python import this_python


class Server(Protocol):
    """What `run_server` knows of a server."""

    @property
    def address(self) -> Address: ...
    @property
    def join_command(self) -> str: ...
    @property
    def running(self) -> bool: ...
    def start(self) -> object: ...
    def close(self) -> None: ...


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def parser_for(module: str, description: str, default_port: int, *, of: str = "server", joins: bool = False) -> Parser:
    """A parser for `python -m module`, with the --host and the --port of what it runs or, with `joins`, joins."""
    parser = Parser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=_HelpFormatter,
        allow_abbrev=False,
    )
    host = f"name or IP address of the {of}" if joins else "address to listen at; 0.0.0.0: every one of this machine"
    parser.add_argument("--host", default="127.0.0.1", help=host)
    parser.add_argument("--port", type=port_to_join if joins else port, default=default_port, help=f"port of the {of}")
    return parser


def run_server(make: Callable[[Callable[[str], None]], Server], *, what: str = "room") -> int:
    """Run the server that `make` makes from a log, until a signal stops it. Returns the program's exit code.

    `what`: what to call the server.
    """
    interrupts = Interrupts()
    with LinePrinter() as out:
        server = make(out.print)
        try:
            server.start()
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        out.print(f"The {what} is open at {shown(server.address)} (Ctrl-C closes it). Join it: {server.join_command}")
        interrupts.wait_while(lambda: server.running)
        server.close()
    return 0


def join_command(client: str, address: Address) -> str:
    """What to type to join a server. `client`: the module of the program that does, with the options that it needs."""
    host, port_number = address[:2]
    return f"{this_python()} -m {client} --host {host} --port {port_number}"


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Says the default of an option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help
