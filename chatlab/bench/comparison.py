"""Servers under the same load, in turn and repeatedly, since a machine's speed drifts: read the ratios.

A row holds the medians of the repeats, and the latest delivery of all; a ratio is the median of each repeat's ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from chatlab.bench.load import Load, Measurement, measure
from chatlab.bench.members.members import Members
from chatlab.bench.running_server import RunningServer
from chatlab.bench.servers import NAME_LENGTH, Server

WARM_UP = 0.1  # seconds


@dataclass(slots=True)
class Contender:
    """A server at work, its members, and what was measured of it. `problem`: why no more is; '' if there is none."""

    server: Server
    running: RunningServer
    members: Members
    measured: list[Measurement] = field(default_factory=list)
    problem: str = ""


class Column(NamedTuple):
    """`value` of a contender, compared with the last one where it is a ratio; None where it is unknown."""

    title: str
    form: str
    value: Callable[[Contender, Contender], float | None]


COLUMNS = (
    Column("messages", "9,.0f", lambda one, _: sum(m.messages for m in one.measured)),
    Column("deliveries", "11,.0f", lambda one, _: sum(m.deliveries for m in one.measured)),
    Column("a second", "10,.0f", lambda one, _: _median(m.rate for m in one.measured)),
    Column("ratio", "6.2f", lambda one, last: _ratio(one, last, lambda m: m.rate)),
    Column("CPU s/M", "8.2f", lambda one, _: _median(m.cpu_per_million for m in one.measured)),
    Column("a CPU s", "10,.0f", lambda one, _: _median(m.efficiency for m in one.measured)),
    Column("ratio", "6.2f", lambda one, last: _ratio(one, last, lambda m: m.efficiency)),
    Column("p50 ms", "8.2f", lambda one, _: _median(m.latencies.median * 1000 for m in one.measured)),
    Column("p99 ms", "8.2f", lambda one, _: _median(m.latencies.percentile_99 * 1000 for m in one.measured)),
    Column("latest", "8.1f", lambda one, _: max(m.latencies.latest * 1000 for m in one.measured)),
    Column("peak MiB", "8.1f", lambda one, _: _mebibytes(one.running.peak_memory())),
    Column("lost", "5,.0f", lambda one, _: sum(m.lost for m in one.measured)),
)


def header() -> str:
    titles = (f"{column.title:>{_width(column)}}" for column in COLUMNS)
    return " ".join((f"{'server':{NAME_LENGTH}}", "clients", *titles))


def compare(servers: Sequence[Server], load: Load, repeats: int, seconds: float) -> Iterator[str]:
    """A row for each server under `load`.

    Raises NobodyAnswers if a server does not let its members in, CantStart if there is no such program.
    """
    with ExitStack() as stack:
        contenders = []
        for server in servers:
            running = stack.enter_context(RunningServer(server, load.clients))
            members = stack.enter_context(server.members(running))
            members.admit(load.clients)
            contenders.append(Contender(server, running, members))
        for contender in contenders:
            _measure(contender, load, WARM_UP)
            contender.measured.clear()
        for repeat in range(repeats):
            first = repeat % len(contenders)
            for contender in contenders[first:] + contenders[:first]:
                _measure(contender, load, seconds)
        for contender in contenders:
            yield _row(contender, contenders[-1], load)


def _measure(contender: Contender, load: Load, seconds: float) -> None:
    if not contender.problem:
        try:
            contender.measured.append(measure(contender.running, contender.members, load, seconds))
        except ConnectionError as error:
            contender.problem = str(error)


def _row(contender: Contender, last: Contender, load: Load) -> str:
    begin = f"{contender.server.name:{NAME_LENGTH}} {load.clients:7,}"
    if contender.problem:
        return f"{begin} {contender.problem}"
    values = ((column, column.value(contender, last)) for column in COLUMNS)
    cells = (f"{'-':>{_width(column)}}" if value is None else f"{value:{column.form}}" for column, value in values)
    return " ".join((begin, *cells))


def _width(column: Column) -> int:
    return int(column.form.partition(".")[0].strip(","))


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _ratio(one: Contender, last: Contender, of: Callable[[Measurement], float | None]) -> float | None:
    pairs = [(of(a), of(b)) for a, b in zip(one.measured, last.measured, strict=False)]
    return _median(a / b if a is not None and b else None for a, b in pairs)


def _mebibytes(size: int | None) -> float | None:
    return None if size is None else size / 2**20
