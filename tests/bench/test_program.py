"""`python -m chatlab.bench`, each mode for a moment: that it measures, not how fast anything is."""

from __future__ import annotations

import re
import selectors
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.bench import modes
from chatlab.bench.__main__ import main
from chatlab.bench.idle import idle
from chatlab.bench.servers import TLS_MODELS
from chatlab.tcp.models.serving import DEFAULT_MODEL
from tests.systems import not_here

MOMENT = ("--repeats", "1", "--seconds", "0.02")
MODELS = ("tcp threads", "tcp selectors", "tcp asyncio")
NAIVE = f'"{sys.executable}" -m chatlab.bench.rivals.naive {{port}}'


def rows(mode: str, clients: int, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, list[float]]:
    """The figures of each server."""
    assert main([mode, "--clients", str(clients), *MOMENT, *more]) == 0
    about, header, *lines = capsys.readouterr().out.splitlines()
    assert about.startswith(f"{mode}: ")
    name_ends = header.index(" clients")
    return {
        line[:name_ends].strip(): [
            float("nan") if cell == "-" else float(cell) for cell in line[name_ends:].replace(",", "").split()
        ]
        for line in lines
    }


@pytest.mark.parametrize(
    ("mode", "clients", "servers"),
    [
        ("talk", 3, ("udp", *MODELS)),
        ("single", 5, (*MODELS, "tcp bare loop")),
        ("flood", 12, (*MODELS, "tcp naive")),
        ("crowd", 20, ("udp", *MODELS)),
        ("udp", 5, ("udp", "udp bare loop")),
        ("weather", 2, ("udp, relayed", "udp")),
        ("trace", 5, ("udp, traced", "udp")),
    ],
)
def test_a_row_for_each_server(
    mode: str, clients: int, servers: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    has_a_row_for_each(mode, clients, servers, capsys)


def test_a_row_for_each_server_over_tls(capsys: pytest.CaptureFixture[str]) -> None:
    has_a_row_for_each("tls", 5, (*(name.replace("tcp", "tls") for name in MODELS), f"tcp {DEFAULT_MODEL}"), capsys)


def test_a_row_for_each_server_among_many(capsys: pytest.CaptureFixture[str]) -> None:
    has_a_row_for_each("cluster", 5, (*(name.replace("tcp", "cluster") for name in MODELS), *MODELS), capsys)


def test_a_room_on_two_servers_beside_one_on_one(capsys: pytest.CaptureFixture[str]) -> None:
    two = modes.DEFAULT.name.replace("tcp", "2 x")
    has_a_row_for_each("two", 5, (two, modes.DEFAULT.name), capsys)


def has_a_row_for_each(mode: str, clients: int, servers: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    table = rows(mode, clients, capsys)
    assert set(table) == set(servers)
    compared_with = list(table.values())[-1][3]
    for server, (in_room, messages, deliveries, rate, ratio, *figures, lost) in table.items():
        heard = clients if server.startswith("udp") else clients - 1
        assert (in_room, deliveries, lost) == (clients, messages * heard, 0)
        assert rate > 0
        assert ratio == pytest.approx(rate / compared_with, rel=0.01, abs=0.01)
        if sys.platform == "linux":
            assert all(figure > 0 for figure in figures)
    assert list(table.values())[-1][4] == 1  # the last one, compared with itself


def test_handshakes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "TLS_MODELS", TLS_MODELS[:1])
    monkeypatch.setattr(modes, "TCP_MODELS", (modes.DEFAULT,))
    assert main(["handshakes", "--repeats", "2", "--seconds", "0"]) == 0
    _, header, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [*server.name.split(), "2"] for server in (TLS_MODELS[0], modes.DEFAULT)
    ]
    assert {len(line) for line in lines} == {len(header)}


def test_idle(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "TLS_MODELS", ())
    assert main(["idle", "--clients", "20"]) == 0
    about, *lines = capsys.readouterr().out.splitlines()
    assert about.startswith("idle: ")
    are_held(modes.DEFAULT.name, lines)


def test_idle_over_tls() -> None:
    are_held(TLS_MODELS[0].name, list(idle(TLS_MODELS[0], 20)))


def are_held(name: str, lines: list[str]) -> None:
    strangers, members = lines
    assert strangers.startswith(f"{name}: 20 connections held")
    assert members.startswith(f"{name}: 20 members held")
    assert ("MiB with all" in members) == (sys.platform == "linux")


def test_a_storm(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["storm", "--messages", "200"]) == 0
    _, to_server, to_client, plain, reliable = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"plain, to the server: .* reordered.*, [1-9]\d+ lost, 0 dropped", to_server)
    assert re.fullmatch(r"plain, to the client: .* reordered.*, [1-9]\d+ lost, 0 dropped", to_client)
    came_back = re.fullmatch(r"plain: (\d+) of 200 came back; [1-9]\d* before an earlier one", plain)
    assert came_back
    assert 50 < int(came_back[1]) < 150  # 0.7 * 0.7 of them, or so
    assert reliable.startswith("reliable: every one once and in order, after ")


def test_any_server_by_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    table = rows("udp", 3, capsys, "--server", NAIVE)
    assert len(table) == 3
    [name] = set(table) - {"udp", "udp bare loop"}
    assert name.startswith(Path(sys.executable).name)
    assert table[name][1] * 2 == table[name][2] > 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--server", "no-such-program {port}"), "can't start 'no-such-program': "),
        (("--server", f'"{sys.executable}" -c pass {{port}}'), "the server has ended: does its command work?"),
    ],
)
def test_a_server_that_does_not_work(
    arguments: tuple[str, ...], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["single", "--clients", "3", *MOMENT, *arguments]) == 2
    assert capsys.readouterr().err.startswith(complaint)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nap",),
        ("--clients", "0"),
        ("--clients", "1"),
        ("--clients", "2.5"),
        ("--server", "x"),
        ("--server", "'{port}"),
        ("--seconds", "soon"),
        ("--seconds", "inf"),
        ("--messages", "0"),
        ("--repeats", "-1"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@not_here(sys.platform == "win32", "Windows does not limit file descriptors")
def test_too_few_file_descriptors() -> None:
    program = (
        "import resource, sys; from chatlab.bench.__main__ import main; "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)); sys.exit(main(['idle', '--clients', '500']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("500 sockets need 564 file descriptors, and this system allows 100: raise its limit")


def test_more_clients_than_windows_waits_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    assert main(["single", "--clients", "513", *MOMENT]) == 2
    assert capsys.readouterr().err == "this system waits for at most 512 sockets: run with fewer --clients\n"
