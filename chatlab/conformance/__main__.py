"""`python -m chatlab.conformance udp 127.0.0.1:9999`: is that a chatlab server?

Exit code 0: every case has passed; 1: some have failed or could not be tried; 2: nothing listens there, or there is no
such address.
"""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from chatlab.conformance.suite import Result, Suite
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.room.errors import CantResolve, NobodyAnswers
from chatlab.service.cli import Parser, print_line
from chatlab.service.options import address_to_join
from chatlab.service.resolve import resolve
from chatlab.tcp.tls.options import add_client_options, client_context_of

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
    parser.add_argument("--lesson", type=int, metavar="NN", help="only what a server can do by the end of that lesson")
    parser.add_argument("--verbose", action="store_true", help="print what was sent and heard in all cases")
    add_client_options(parser)
    given = parser.parse_args(arguments)
    suite, kind = SUITES[given.protocol]
    if given.lesson is not None:
        if given.lesson not in suite.lessons:
            numbers = ", ".join(map(str, suite.lessons))
            parser.error(f"argument --lesson: no {given.protocol} server is built in lesson {given.lesson}: {numbers}")
        suite = suite.by(given.lesson)
    if context := client_context_of(parser, given):
        if given.protocol != "tcp":
            parser.error("argument --tls: it is TCP that TLS goes over")
        from chatlab.conformance.tcp.over_tls import over_tls  # noqa: PLC0415  # imports ssl, which is slow to import

        suite = over_tls(suite, context, given.address[0])
    return _run(suite, kind, *given.address, slow=given.slow, verbose=given.verbose)


def _run(suite: Suite, kind: socket.SocketKind, host: str, port: int, *, slow: bool, verbose: bool) -> int:
    try:
        _, address = resolve(host, port, kind)
        odd = suite.knock(address)
    except (CantResolve, NobodyAnswers) as error:
        print(error, file=sys.stderr)
        return 2
    if odd:
        print(odd, file=sys.stderr)
    cases = [case for case in suite.cases if slow or not case.slow]
    counts = Counter[str]()
    for result in suite.run(address, cases):
        print_line(_report(result, in_full=verbose or (result.tried and bool(result.problem))))
        counts[_verdict(result)] += 1
    not_tried = len(cases) - counts["passed"] - counts["FAILED"]
    print_line(f"{counts['passed']} passed, {counts['FAILED']} failed{f', {not_tried} not tried' if not_tried else ''}")
    return 0 if counts["passed"] == len(cases) else 1


def _verdict(result: Result) -> str:
    if not result.problem:
        return "passed"
    return "FAILED" if result.tried else "not tried"


def _report(result: Result, *, in_full: bool) -> str:
    lines = [f"{_verdict(result)}  {result.case.name}"]
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
