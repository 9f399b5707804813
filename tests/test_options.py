"""Each option of each program arrives at what the program runs: an option that is parsed and forgotten does nothing."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import socket
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from chatlab.bench import modes, storm
from chatlab.conformance.case import Case
from chatlab.conformance.udp import SUITE as UDP
from chatlab.grading.class_run.grading import Classroom
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.limits import Limits as TcpLimits
from chatlab.tcp.models.serving import MODELS
from chatlab.tcp.weather.pieces import StreamWeather, Trouble
from chatlab.udp.limits import Limits as UdpLimits
from chatlab.weather.fate import PRESETS, Conditions, Weather

HERE = str(Path(__file__).parent)


class Option(NamedTuple):
    """What is typed, and what then has to be seen: `value` of what was `seen`."""

    typed: tuple[str, ...]
    value: Callable[[dict[str, Any]], object]
    expected: object


def option(*typed: str, **expected: object) -> Option:
    """The program's object gets what is `expected`."""
    return Option(typed, lambda seen: {name: seen.get(name) for name in expected}, expected)


def limits(options: Any) -> Iterator[Option]:
    for field in dataclasses.fields(options):
        changed = getattr(options(), field.name) + 1
        typed = (f"--{field.name.replace('_', '-')}", str(changed))
        yield Option(typed, partial(_limit, field.name), changed)


def _limit(name: str, seen: dict[str, Any]) -> object:
    return getattr(seen["limits"], name)


def weather() -> Iterator[Option]:
    for field in dataclasses.fields(Conditions):
        changed = Weather(Conditions(**{field.name: 0.25}), Conditions(**{field.name: 0.5}))
        yield option(f"--{field.name}", "0.25,0.5", weather=changed)


SERVER = (option("--host", "127.0.0.2", host="127.0.0.2"), option("--port", "4711", port=4711))
CLIENT = (
    Option(("--host", "127.0.0.2"), lambda seen: seen["server"][0], "127.0.0.2"),
    option("--port", "4711", server=("127.0.0.1", 4711)),
    option("--nick", "ada", nickname="ada"),
)
# For each program: what it cannot do without; the class, or function, that gets its options; and these.
PROGRAMS: dict[str, tuple[tuple[str, ...], str, tuple[Option, ...]]] = {
    "chatlab.udp.server": (
        (),
        "UdpServer",
        (
            *SERVER,
            *limits(UdpLimits),
            option("--prove-address", prove_address=True),
            option("--reliable", reliable=True),
        ),
    ),
    "chatlab.tcp.server": (
        (),
        "TcpServer",
        (
            *SERVER,
            *limits(TcpLimits),
            option("--model", MODELS[0], model=MODELS[0]),
            option("--cluster", "nats://127.0.0.2:4", cluster=Broker("nats://127.0.0.2:4")),
        ),
    ),
    "chatlab.udp.client": ((), "UdpClient", (*CLIENT, option("--reliable", reliable=True))),
    "chatlab.tcp.client": ((), "TcpClient", CLIENT),
    "chatlab.weather": (
        ("--to", "127.0.0.1:9"),
        "WeatherRelay",
        (
            *SERVER,
            *weather(),
            option("--to", "127.0.0.2:99", server=("127.0.0.2", 99)),
            option("--reliable", reliable=True),
            option("--seed", "5", seed=5),
            option("--preset", "storm", weather=PRESETS["storm"]),
        ),
    ),
    "chatlab.tcp.weather": (
        ("--to", "127.0.0.1:9"),
        "StreamRelay",
        (
            *SERVER,
            option("--to", "127.0.0.2:99", server=("127.0.0.2", 99)),
            option("--seed", "5", seed=5),
            option("--piece", "3", weather=StreamWeather(piece=3)),
            option("--gap", "0.5", weather=StreamWeather(gap=0.5)),
            option("--delay", "0.5", weather=StreamWeather(delay=0.5)),
            option("--trouble", "cut", weather=StreamWeather(trouble=Trouble.CUT)),
            option("--after", "5", weather=StreamWeather(after=5)),
        ),
    ),
    "chatlab.web": ((), "WebGateway", (*SERVER, option("--room", "127.0.0.2:99", room=("127.0.0.2", 99)))),
    "chatlab.bench": (
        (),
        "compare",
        (
            option("--repeats", "3", repeats=3),
            option("--seconds", "0.5", seconds=0.5),
            Option(("--clients", "12"), lambda seen: seen["load"].clients, 12),
            Option(("--server", "x {port}"), lambda seen: seen["servers"][0].arguments, ("x", "{port}")),
            Option(("--udp-server", "y {port}"), lambda seen: seen["servers"][0].arguments, ("y", "{port}")),
        ),
    ),
    "chatlab.grading.classroom": (
        ("{}",),
        "grade_all",
        (
            option("--jobs", "3", jobs=3),
            Option(("--seconds", "9"), lambda seen: seen["self"].seconds, 9),
            Option(("--checks", HERE), lambda seen: seen["self"].private, Path(HERE)),
        ),
    ),
}
# Each of these has a test of its own: below, or beside the program's other tests.
OTHERS = {
    "chatlab.bench": {"--messages", "--seed"},
    "chatlab.grading.classroom": {"--output", "--only", "--again", "--deadline"},
    "chatlab.grading.gradescope_zip": {"--checks"},
    "chatlab.conformance": {"--lesson", "--slow", "--verbose", "--tls", "--ca"},
    "chatlab.web": {"--tls", "--ca"},
    "chatlab.tcp.server": {"--tls"},
    "chatlab.tcp.client": {"--tls", "--ca"},
}


def program(name: str) -> ModuleType:
    module = import_module(name)
    return import_module(f"{name}.__main__") if hasattr(module, "__path__") else module


@pytest.mark.parametrize(
    ("name", "option"),
    [
        pytest.param(name, option, id=f"{name} {' '.join(option.typed)}".replace(HERE, "DIR"))
        for name, (_, _, options) in PROGRAMS.items()
        for option in options
    ],
)
def test_an_option_arrives(name: str, option: Option, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: dict[str, Any] = {}
    needed, target, _ = PROGRAMS[name]
    module = program(name)
    owner: Any = {"chatlab.bench": modes, "chatlab.grading.classroom": Classroom}.get(name, module)
    signature = inspect.signature(getattr(owner, target))

    def see(*arguments: object, **named: object) -> Iterator[Any]:
        seen.update(signature.bind(*arguments, **named).arguments)
        return (None for _ in range(0))

    def run_client(make: Callable[[str], object], nickname: str | None) -> int:
        make(nickname or "somebody")
        return 0

    monkeypatch.chdir(Path(HERE).parent)
    monkeypatch.setattr(owner, target, see)
    monkeypatch.setattr(module, "run_server", lambda make, what="room": make(print) and 0, raising=False)
    monkeypatch.setattr(module, "run_client", run_client, raising=False)
    monkeypatch.setattr(module, "problem_with", lambda *_: "", raising=False)
    (tmp_path / "class" / "ada").mkdir(parents=True)
    module.main([*(typed.format(tmp_path / "class") for typed in needed), *option.typed])
    assert option.value(seen) == option.expected


def test_those_of_a_storm_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def plain_talk(*arguments: float) -> None:
        seen.extend(arguments[:2])
        raise TimeoutError

    monkeypatch.setattr(storm, "plain_talk", plain_talk)
    assert program("chatlab.bench").main(["storm", "--messages", "12", "--seed", "3"]) == 2
    assert seen == [12, 3]


@pytest.mark.parametrize("typed", [[], ["--slow"]], ids=["all but the slow ones", "all"])
def test_slow_cases_are_run_where_they_are_asked_for(typed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    module = program("chatlab.conformance")

    class PretendedSuite:
        cases = tuple(next(case for case in UDP.cases if case.slow is slow) for slow in (False, True))

        def knock(self, address: object) -> str:
            return ""

        def run(self, address: object, cases: list[Case]) -> list[object]:
            seen.extend(case.slow for case in cases)
            return []

    monkeypatch.setitem(module.SUITES, "udp", (PretendedSuite(), socket.SOCK_DGRAM))
    module.main(["udp", "127.0.0.1:9", *typed])
    assert seen == ([False, True] if typed else [False])


@pytest.mark.parametrize("name", sorted({*PROGRAMS, *OTHERS}))
def test_no_option_is_missing_here(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: set[str] = set()

    def parse_args(parser: argparse.ArgumentParser, arguments: object) -> None:
        found.update(string for action in parser._actions for string in action.option_strings)
        raise SystemExit

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    with pytest.raises(SystemExit):
        program(name).main([])
    tested = {option.typed[0] for option in PROGRAMS[name][2]} if name in PROGRAMS else set()
    assert found - {"-h", "--help"} == tested | OTHERS.get(name, set())
