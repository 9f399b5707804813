"""`python -m chatlab.own server`, `python -m chatlab.own client`: what you wrote in ex05 and ex06, as programs.

With `--tcp` they are those of ex11 and ex14.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from chatlab.own.exercise_server import EXERCISE as SERVER
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_client import TCP, UDP, run_own_client
from chatlab.own.own_tcp_room import EXERCISE as TCP_SERVER
from chatlab.own.own_tcp_room import ExerciseTcpServer
from chatlab.service.cli import Parser, parser_for, run_server
from chatlab.tcp.protocol import DEFAULT_PORT as TCP_PORT
from chatlab.udp.protocol import DEFAULT_PORT

MODULE = "chatlab.own"


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    match given:
        case ["server", *options]:
            return _run_server(options)
        case ["client", *options]:
            return _run_client(options)
    parser = Parser(prog=f"python -m {MODULE}", description="Your own code at work, with others or with itself.")
    programs = parser.add_argument("program", choices=["server", "client"])
    tcp = f"with --tcp from {TCP_SERVER} or {TCP.exercise}"
    programs.help = f"yours from {SERVER} or from {UDP.exercise}, {tcp}; each takes --help"
    parser.parse_args(given)
    return 2  # not reached: what these take is run above


def _run_server(options: Sequence[str]) -> int:
    # Looked at first, as the default port follows from it.
    over_tcp = "--tcp" in options
    exercise, default_port = (TCP_SERVER, TCP_PORT) if over_tcp else (SERVER, DEFAULT_PORT)
    kind = "TCP" if over_tcp else "UDP"
    parser = parser_for(f"{MODULE} server", f"Run a {kind} chatroom by your own {exercise}.", default_port)
    parser.add_argument("--tcp", action="store_true", help=f"a TCP chatroom, by your own {TCP_SERVER}")
    _add_submission(parser)
    given = parser.parse_args(options)
    server = ExerciseTcpServer if given.tcp else ExerciseServer
    return run_server(lambda log: server(given.host, given.port, submission=given.submission, or_ours=False, log=log))


def _run_client(options: Sequence[str]) -> int:
    kind, port = (TCP, TCP_PORT) if "--tcp" in options else (UDP, DEFAULT_PORT)
    what = f"Talk in a chatroom by your own client: {UDP.exercise} over UDP, {TCP.exercise} over TCP."
    parser = parser_for(f"{MODULE} client", what, port, joins=True)
    parser.add_argument("--tcp", action="store_true", help="over TCP")
    parser.add_argument("--nick", help="nickname; without one you are asked")
    _add_submission(parser)
    given = parser.parse_args(options)
    return run_own_client(kind, given.host, given.port, given.nick, given.submission)


def _add_submission(parser: Parser) -> None:
    parser.add_argument("--submission", type=Path, metavar="DIR", help="the folder of your code (default: exercises)")


def _end(code: int) -> None:
    """Threads of the learner's that go on must not keep the program alive."""
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    _end(main())
