"""`python -m chatlab.weather`, as a user runs it."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest

from chatlab.udp.server import UdpServer
from chatlab.weather import __main__ as weather
from chatlab.weather.fate import SATELLITE, STORM, Weather
from chatlab.weather.relay import WeatherRelay

from ..programs import Program

PROGRAM = ("-m", "chatlab.weather")
READY = re.compile(
    r"The weather relay is open at (127\.0\.0\.1):(\d+) \(Ctrl-C closes it\)\. "
    r"Join it: python -m chatlab\.udp\.client --host \1 --port \2"
)


def test_it_passes_on_counts_and_ends(server: socket.socket) -> None:
    with (
        Program(*PROGRAM, "--to", f"127.0.0.1:{server.getsockname()[1]}", "--repeat", "1,0") as program,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        ready = READY.fullmatch(program.wait_for_line("is open"))
        assert ready
        client.sendto(b"hi", (ready[1], int(ready[2])))
        assert [server.recv(100), server.recv(100)] == [b"hi", b"hi"]
        program.press_ctrl_c()
        assert program.rest()[-2:] == [
            "to the server: 1 passed (1 of them repeated, 0 reordered, 0 delayed), 0 lost, 0 dropped",
            "to the client: 0 passed (0 of them repeated, 0 reordered, 0 delayed), 0 lost, 0 dropped",
        ]
        assert program.wait() == 0
        assert program.errors == ""


def test_the_command_that_it_prints_joins_a_reliable_room_through_it() -> None:
    with UdpServer(port=0, reliable=True) as room:
        to = f"127.0.0.1:{room.address[1]}"
        with Program(*PROGRAM, "--to", to, "--reliable") as program:
            command = re.search(r"Join it: python (.*)", program.wait_for_line("Join it: "))
            assert command
            with Program(*command[1].split(), "--nick", "ada") as ada:
                ada.wait_for_line("ada joined!")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("", "the following arguments are required: --to"),
        ("--to here", "'here' is not HOST:PORT, such as 127.0.0.1:9999"),
        ("--to here:x", "'x' is not a port"),
        ("--to here:0", "'0' is not a port: choose a number from 1"),
        ("--to :9999", "':9999' is not HOST:PORT"),
        ("--to here:1 --loss 1.5", "loss is a probability, from 0 to 1: 1.5 is not"),
        ("--to here:1 --delay=-1", "delay is in seconds, 0 or more: -1.0 is not"),
        ("--to here:1 --loss much", "'much' is not a number, nor two with a comma"),
        ("--to here:1 --preset hail", "invalid choice: 'hail'"),
    ],
)
def test_a_mistake_is_one_line(arguments: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        weather.main(arguments.split())
    out, lines = capsys.readouterr()
    assert (out, lines.count("\n")) == ("", 1)
    assert error in lines


def relay_of(arguments: str, monkeypatch: pytest.MonkeyPatch) -> WeatherRelay:
    """What the program would run."""
    made: list[WeatherRelay] = []

    def run(make: Callable[[Callable[[str], None]], WeatherRelay], **_others: object) -> int:
        made.append(make(print))
        return 0

    monkeypatch.setattr(weather, "run_server", run)
    assert weather.main(arguments.split()) == 0
    return made[0]


def test_each_option_reaches_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = relay_of("--to [::1]:99 --host ::1 --port 5 --seed 7 --preset satellite", monkeypatch)
    assert (relay.server_address, relay._host, relay._port, relay.seed) == (("::1", 99), "::1", 5, 7)
    assert relay.weather == SATELLITE


def test_without_options_the_weather_is_fair_on_a_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    relay = relay_of("--to here:99", monkeypatch)
    assert (relay._host, relay._port, relay.seed, relay.weather) == ("127.0.0.1", 0, 0, Weather())


def test_options_change_a_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = relay_of("--to [::1]:99 --preset storm --loss 0.5,0 --delay 0.1", monkeypatch).weather
    assert (changed.to_server.loss, changed.to_client.loss) == (0.5, 0)
    assert changed.to_server.delay == changed.to_client.delay == 0.1
    assert changed.to_server.repeat == STORM.to_server.repeat
