"""What the programs share: errors in one line, a server that runs until a signal stops it."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NoReturn

from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, in_words
from chatlab.service.line_printer import LinePrinter
from chatlab.service.options import port, port_to_join
from chatlab.service.service import Service
from chatlab.service.signals import Interrupts


class Parser(argparse.ArgumentParser):
    """An argument parser of a program. Its errors are one line.

    From now on what the encoding of the output lacks is printed as an escape: a console of Windows may be cp437, a pipe
    is cp1252 there, and strangers say what they like.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")

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


def run_server(make: Callable[[Callable[[str], None]], Service]) -> int:
    """Run the server that `make` makes from a log, until a signal stops it or it fails. Returns the exit code.

    0 after a signal, 2 if it can't start, 1 if it fails later; the last two say why, in one line on standard error.
    """
    interrupts = Interrupts()
    with ExitStack() as stack:
        try:
            out = stack.enter_context(LinePrinter())
            server = make(out.print)
            server.start()
        except (ChatlabError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        where = shown(server.address)
        out.print(f"The {server.what} is open at {where} (Ctrl-C closes it). Join it: {server.join_command}")
        interrupts.wait_while(lambda: server.running)
        server.close()
    if server.failure:
        sys.stderr.write(f"The {server.what} at {where} has failed: {in_words(server.failure)}\n")
        return 1
    return 0


def while_it_is_read(program: Callable[[], int]) -> int:
    """What `program` returns: its exit code. 1 if nobody reads its output any more, as with `| head -1`."""
    try:
        return program()
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EINVAL):  # the second one on Windows
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try once more at its end
        return 1


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Says the default of an option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help
