"""A web page for a TCP room: `python -m chatlab.web --help`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from chatlab.service.cli import parser_for, run_server
from chatlab.service.options import address_to_join
from chatlab.tcp.protocol import DEFAULT_PORT
from chatlab.tcp.tls.options import add_client_options, client_context_of
from chatlab.web.gateway import WebGateway

DEFAULT_ROOM = f"127.0.0.1:{DEFAULT_PORT}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for(
        "chatlab.web",
        "A web page by which browsers, those of phones too, come into a TCP chatroom. Start that first: "
        "python -m chatlab.tcp.server",
        default_port=8080,
        of="web page",
    )
    parser.add_argument(
        "--room",
        type=address_to_join,
        metavar="HOST:PORT",
        default=DEFAULT_ROOM,
        help="where the room is",
    )
    add_client_options(parser)
    given = parser.parse_args(arguments)
    tls = client_context_of(parser, given)
    return run_server(lambda log: WebGateway(given.room, host=given.host, port=given.port, log=log, tls=tls))


if __name__ == "__main__":
    sys.exit(main())
