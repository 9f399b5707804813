"""Bad weather between a UDP server and its clients: `python -m chatlab.weather --help`. Lesson 07 lets it rain."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields, replace

from chatlab.service.cli import parser_for, run_server
from chatlab.service.options import address_to_join
from chatlab.weather.fate import PRESETS, Conditions, Weather
from chatlab.weather.relay import WeatherRelay

_HELP = {
    "loss": "probability that a datagram is lost",
    "repeat": "probability that one comes twice",
    "reorder": "probability that one is held back, so that later ones pass it",
    "delay": "seconds that each is under way",
    "jitter": "seconds that it may take longer",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for(
        "chatlab.weather",
        "Pass datagrams on between clients and a UDP server, through bad weather. A number holds both ways;"
        " two with a comma: to the server, to the clients.",
        default_port=0,
        of="relay",
    )
    parser.add_argument(
        "--to", type=address_to_join, required=True, metavar="HOST:PORT", default=argparse.SUPPRESS, help="the server"
    )
    parser.add_argument("--reliable", action="store_true", help="the room is a reliable one: join it with --reliable")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same fates")
    parser.add_argument("--preset", choices=PRESETS, default="fair", help="the weather, but for what is given below")
    for field in fields(Conditions):
        parser.add_argument(
            f"--{field.name}", type=_both_ways, metavar="N[,N]", default=argparse.SUPPRESS, help=_HELP[field.name]
        )
    given = parser.parse_args(arguments)
    try:
        weather = _weather(given)
    except ValueError as error:
        parser.error(str(error))
    return run_server(
        lambda log: WeatherRelay(
            given.to,
            weather=weather,
            seed=given.seed,
            host=given.host,
            port=given.port,
            reliable=given.reliable,
            log=log,
        ),
    )


def _weather(given: argparse.Namespace) -> Weather:
    """Raises ValueError."""
    preset = PRESETS[given.preset]
    changes = {field.name: getattr(given, field.name) for field in fields(Conditions) if field.name in given}
    return Weather(
        replace(preset.to_server, **{name: there for name, (there, _) in changes.items()}),
        replace(preset.to_client, **{name: back for name, (_, back) in changes.items()}),
    )


def _both_ways(text: str) -> tuple[float, float]:
    """Raises argparse.ArgumentTypeError."""
    there, _, back = text.partition(",")
    try:
        return float(there), float(back or there)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, nor two with a comma") from None


if __name__ == "__main__":
    sys.exit(main())
