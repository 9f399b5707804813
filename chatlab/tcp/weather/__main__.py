"""A bad network between a TCP server and its clients: `python -m chatlab.tcp.weather --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from chatlab.service.cli import parser_for, run_server
from chatlab.service.options import address_to_join
from chatlab.tcp.weather.pieces import FAIR, StreamWeather, Trouble
from chatlab.tcp.weather.relay import StreamRelay


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for(
        "chatlab.tcp.weather",
        "Pass bytes on between clients and a TCP server: in other pieces, late, or to an end that nobody asked for.",
        default_port=0,
        of="relay",
    )
    parser.add_argument(
        "--to", type=address_to_join, required=True, metavar="HOST:PORT", default=argparse.SUPPRESS, help="the server"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same pieces")
    add = parser.add_argument
    add("--piece", type=int, default=0, metavar="N", help="cut the stream into pieces of 1 to N bytes")
    add("--gap", type=float, default=FAIR.gap, metavar="S", help="seconds between one piece and the next")
    add("--delay", type=float, default=0.0, metavar="S", help="seconds that each byte is under way")
    troubles = [trouble.value for trouble in Trouble]
    add("--trouble", choices=troubles, default=Trouble.NONE.value, help="what happens to a connection")
    add("--after", type=int, default=1, metavar="N", help="it happens behind byte number N of a direction")
    given = parser.parse_args(arguments)
    try:
        weather = StreamWeather(given.piece, given.gap, given.delay, Trouble(given.trouble), given.after)
    except ValueError as error:
        parser.error(str(error))
    return run_server(
        lambda log: StreamRelay(given.to, weather=weather, seed=given.seed, host=given.host, port=given.port, log=log),
    )


if __name__ == "__main__":
    sys.exit(main())
