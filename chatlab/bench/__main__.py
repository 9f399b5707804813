"""How fast are the rooms? `python -m chatlab.bench --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from chatlab.bench.members.members import Members
from chatlab.bench.members.tcp import TcpMembers
from chatlab.bench.members.udp import UdpMembers
from chatlab.bench.modes import MODES
from chatlab.bench.servers import Server
from chatlab.service.cli import Parser, print_line
from chatlab.service.options import from_to

# Seconds of a turn.
LONGEST = 86_400


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    given = _parser().parse_args(arguments)
    mode = MODES[given.mode]
    print_line(f"{given.mode}: {mode.about}")
    try:
        for line in mode.measure(given):
            print_line(line)
    except OSError as error:  # a server can't be started, or lets nobody in; too many sockets; a storm without end
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m chatlab.bench",
        description="How fast are the rooms? Each server is a process of its own; the members are in this one.",
        epilog="modes:\n"
        + "".join(f"  {name:11}{mode.about}\n" for name, mode in MODES.items())
        + "\nRows show medians of the repeats, in which the servers take turns, since a machine's speed drifts: read\n"
        "the ratios. CPU time and memory are the server's own, and known on Linux alone.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("mode", nargs="?", choices=MODES, default="talk", help="what to measure (default: talk)")
    count = from_to(1, float("inf"), int)
    several = from_to(2, float("inf"), int)  # one hears nobody
    seconds = from_to(0, LONGEST, float)
    parser.add_argument(
        "--clients", type=several, nargs="+", metavar="N", help="members; several numbers for several runs"
    )
    parser.add_argument("--repeats", type=count, default=5, metavar="N", help="turns of each server (default: 5)")
    parser.add_argument("--seconds", type=seconds, default=1.0, metavar="S", help="length of a turn (default: 1)")
    parser.add_argument("--messages", type=count, default=10_000, metavar="N", help="of a storm (default: 10,000)")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="of the storm's weather (default: 7)")
    for option, protocol, members in (("--server", "TCP", TcpMembers), ("--udp-server", "UDP", UdpMembers)):
        parser.add_argument(
            option,
            type=partial(_server, members),
            action="append",
            default=[],
            metavar="COMMAND",
            help=f"measure another {protocol} server as well; {{port}} in its command stands for the port to listen on",
        )
    return parser


def _server(members: type[Members], command: str) -> Server:
    try:
        return Server.from_command(command, members)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
