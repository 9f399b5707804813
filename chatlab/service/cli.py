"""What the programs share: errors in one line, an output that may end, a server that runs until a signal stops it."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import NoReturn

from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, in_words
from chatlab.service.line_printer import LinePrinter
from chatlab.service.options import host_name, port, port_to_join
from chatlab.service.service import Service
from chatlab.service.signals import Interrupts

# What a write to a pipe raises that nobody reads; on Windows, it is EINVAL.
_NOBODY_READS = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)


class Parser(argparse.ArgumentParser):
    """An argument parser of a program. Its errors are one line."""

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
    parser.add_argument("--host", type=host_name, default="127.0.0.1", help=host)
    parser.add_argument("--port", type=port_to_join if joins else port, default=default_port, help=f"port of the {of}")
    return parser


def run_server(make: Callable[[Callable[[str], None]], Service]) -> int:
    """Run the server that `make` makes from a log, until a signal stops it or it fails. Returns the exit code.

    0 after a signal; 2 if it can't start, 1 if it fails later, each with one line on standard error that says why.
    """

    def log(line: str) -> None:
        if line != server.failure_line:
            out.print(line)

    interrupts = Interrupts()
    with ExitStack() as stack:
        try:
            out = stack.enter_context(LinePrinter())
            server = make(log)
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


def print_line(line: str) -> None:
    """Print `line` at once. Ends the program, with code 1, if that fails.

    Without a word where nobody reads its output any more, as with `| head -1`; else a line says why: the disk is full.
    What the output's encoding lacks is printed as an escape: a pipe on Windows has cp1252, and strangers say what they
    like.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # sys.stdout is None if it was closed at the start
    try:
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except OSError as error:
        if error.errno not in _NOBODY_READS:
            sys.stderr.write(f"can't write to the standard output: {error.strerror}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try once more at its end
        sys.exit(1)


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Says the default of an option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help
