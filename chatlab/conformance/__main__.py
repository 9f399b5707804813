"""`python -m chatlab.conformance udp 127.0.0.1:9999`: is that a chatlab server?

Exit code 0: every case has passed; 1: some have failed; 2: nobody answers there, or there is no such address.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from itertools import groupby

from chatlab.conformance.case import Result, Suite
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.room.errors import ChatlabError
from chatlab.service.cli import Parser
from chatlab.service.options import address_to_join
from chatlab.service.resolve import resolve

SUITES: dict[str, tuple[Suite, socket.SocketKind]] = {
    "udp": (UDP, socket.SOCK_DGRAM),
    "tcp": (TCP, socket.SOCK_STREAM),
}
# Lines of a transcript that are printed: the last ones, since there something went wrong.
LONG = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = Parser(prog="python -m chatlab.conformance", description="Is that a chatlab server?", allow_abbrev=False)
    parser.add_argument("protocol", choices=SUITES)
    parser.add_argument("address", type=address_to_join, metavar="HOST:PORT", help="where the server listens")
    parser.add_argument("--slow", action="store_true", help="the cases that wait for minutes as well")
    parser.add_argument("--verbose", action="store_true", help="print what was sent and heard in all cases")
    given = parser.parse_args(arguments)
    suite, kind = SUITES[given.protocol]
    host, port_number = given.address
    try:
        _, address = resolve(host, port_number, kind)
        suite.knock(address)
    except ChatlabError as error:
        print(error, file=sys.stderr)
        return 2
    passed = failed = 0
    for result in suite.run(address, suite.cases if given.slow else None):
        print(_report(result, in_full=given.verbose or bool(result.problem)), flush=True)
        passed, failed = passed + (not result.problem), failed + bool(result.problem)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _report(result: Result, *, in_full: bool) -> str:
    lines = [f"{'FAILED' if result.problem else 'passed'}  {result.case.name}"]
    if in_full:
        lines.append(f"  The protocol says: {result.case.rule}")
        lines += (f"    {line}" for line in _abridged(result.transcript))
    if result.problem:
        lines.append(f"  {result.problem}")
    return "\n".join(lines)


def _abridged(transcript: Sequence[str]) -> list[str]:
    """The last lines of `transcript`, with equal ones that follow each other counted."""
    runs = ((line, len(list(run))) for line, run in groupby(transcript))
    lines = [f"{line}   ({times} times)" if times > 1 else line for line, times in runs]
    return lines if len(lines) <= LONG else [f"... ({len(lines) - LONG:,} lines before)", *lines[-LONG:]]


if __name__ == "__main__":
    sys.exit(main())
