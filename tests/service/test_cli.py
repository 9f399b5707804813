"""What the programs share: options, and errors in one line."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from chatlab.service.cli import Parser, parser_for
from chatlab.service.options import add_options, address_to_join, values_of


@dataclass(frozen=True)
class Limits:
    idle_limit: float = field(default=120.0, metadata={"help": "seconds of silence", "most": 3600})
    rate_limit: float = field(default=20, metadata={"help": "messages a second"})
    max_members: int = field(default=1000, metadata={"help": "members in the room", "least": 2, "most": 2000})


@pytest.fixture
def parser() -> Parser:
    parser = parser_for("chatlab.some.server", "Serves.", 9999)
    add_options(parser, Limits)
    return parser


def error_of(parser: Parser, *arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a wrong command line ends with."""
    with pytest.raises(SystemExit) as exited:
        parser.parse_args(arguments)
    assert exited.value.code == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.count("\n") == 1
    assert error.startswith("python -m chatlab.some.server: ")
    return error


def test_without_options_a_server_is_on_the_loopback_with_the_default_limits(parser: Parser) -> None:
    given = parser.parse_args([])
    assert (given.host, given.port) == ("127.0.0.1", 9999)
    assert values_of(Limits, given) == Limits()


def test_a_limit_may_be_a_fraction_though_its_default_is_whole(parser: Parser) -> None:
    assert values_of(Limits, parser.parse_args(["--rate-limit", "0.5"])).rate_limit == 0.5


def test_options_change_host_port_and_limits(parser: Parser) -> None:
    given = parser.parse_args(["--host", "::1", "--port", "0", "--idle-limit", "0.5", "--max-members", "3"])
    assert (given.host, given.port) == ("::1", 0)
    assert values_of(Limits, given) == Limits(idle_limit=0.5, max_members=3)


@pytest.mark.parametrize("port", ["65536", "-1", "http", "", "9 9", "٣", "1e3", "80.0"])
def test_a_bad_port_is_named_with_what_to_do(parser: Parser, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(parser, f"--port={port}", capsys=capsys)
    assert f"{port!r} is not a port: choose a number from 0 to 65535" in error


def test_who_joins_a_server_needs_a_port_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    parser = parser_for("chatlab.some.server", "Joins.", 9999, joins=True)
    assert parser.parse_args(["--port", "1"]).port == 1
    error = error_of(parser, "--port=0", capsys=capsys)
    assert error.endswith("'0' is not a port: choose a number from 1 to 65535 (--help lists the options)\n")


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:9999", ("127.0.0.1", 9999)), ("localhost:1", ("localhost", 1)), ("[::1]:65535", ("::1", 65_535))],
)
def test_an_address_is_host_and_port(text: str, address: tuple[str, int]) -> None:
    assert address_to_join(text) == address


@pytest.mark.parametrize("text", ["", "here", ":9999", "[]:9999", "::1:9999", "[::1:9999", "::1]:9999", "[::1]"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not HOST:PORT, such as 127.0.0.1:9999 or") as error:
        address_to_join(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["host:0", "host:x", "host:", "host:65536"])
def test_an_address_with_a_bad_port_is_one_too(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a port: choose a number from 1 to 65535"):
        address_to_join(text)


@pytest.mark.parametrize(
    ("option", "value", "fault"),
    [
        *(("idle-limit", value, "is not a number of 0 or more") for value in ("-1", "nan", "-inf")),
        ("idle-limit", "x", "is not a number ("),
        ("max-members", "1", "is not a number of 2 or more"),
        *(("max-members", value, "is not a whole number") for value in ("2.5", "1e3", "x", "")),
    ],
)
def test_a_bad_limit_is_named(
    parser: Parser, option: str, value: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = error_of(parser, f"--{option}={value}", capsys=capsys)
    assert f"argument --{option}: '{value}' {fault}" in error


@pytest.mark.parametrize(
    ("option", "value", "most"),
    [
        ("idle-limit", "3600.1", 3600),
        ("idle-limit", "inf", 3600),
        ("max-members", "2001", 2000),
        ("max-members", "9" * 400, 2000),
    ],
)
def test_a_limit_that_is_too_high_is_refused_with_the_highest_that_works(
    parser: Parser, option: str, value: str, most: int, capsys: pytest.CaptureFixture[str]
) -> None:
    parser.parse_args([f"--{option}={most}"])
    error = error_of(parser, f"--{option}={value}", capsys=capsys)
    assert f"argument --{option}: '{value}' is too much: the highest that works is {most} (" in error


@pytest.mark.parametrize("arguments", [("--prot", "1"), ("--por", "1"), ("9999",), ("--port",)])
def test_anything_else_is_an_error_that_leads_to_the_help(
    parser: Parser, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert error_of(parser, *arguments, capsys=capsys).endswith("(--help lists the options)\n")


def test_help_names_every_limit_and_its_default(parser: argparse.ArgumentParser) -> None:
    helped = " ".join(parser.format_help().split())
    assert "--idle-limit N seconds of silence (default: 120.0)" in helped
    assert "--max-members N members in the room (default: 1000)" in helped


ENDLESS = """
from chatlab.service.cli import print_line

while True:
    print_line("one more line")
"""


def test_a_program_ends_without_a_word_when_nobody_reads_on() -> None:
    """As with `| head -1`."""
    program = subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout
    assert program.stderr
    with program.stdout, program.stderr:
        assert program.stdout.readline().strip() == b"one more line"
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.wait(60) == 1


@pytest.mark.parametrize("host", ["", " "])
@pytest.mark.parametrize("joins", [False, True], ids=["listens", "joins"])
def test_an_empty_host_is_none(host: str, joins: bool, capsys: pytest.CaptureFixture[str]) -> None:
    parser = parser_for("chatlab.some.server", "Serves.", 9999, joins=joins)
    error = error_of(parser, f"--host={host}", capsys=capsys)
    assert "argument --host: an empty host is none: leave the option out, or say 0.0.0.0 for every address" in error


def test_a_parser_leaves_the_output_as_it_is() -> None:
    show = "print(sys.stdout.errors)"
    make = f"import sys; from chatlab.service.cli import Parser; {show}; Parser(); {show}"
    done = subprocess.run([sys.executable, "-c", make], capture_output=True, text=True, check=True)
    before, after = done.stdout.split()
    assert before == after != "backslashreplace"
