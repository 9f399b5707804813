"""The programs on consoles and pipes that know few letters, as Windows' do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chatlab.room.events import Said
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer

from ..programs import LIMIT
from ..waiting import Heard

ENCODINGS = ["cp437", "cp1252", "ascii"]


@pytest.fixture
def room() -> Iterator[UdpServer]:
    with UdpServer(port=0) as room:
        yield room


def program(encoding: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_client_hears_what_its_console_can_not_show_and_says_what_it_can(room: UdpServer, encoding: str) -> None:
    heard: Heard[object] = Heard()
    with UdpClient("Zoë", room, on_event=heard) as zoe:
        ada = program(encoding, "chatlab.udp.client", "--port", str(room.address[1]), "--nick", "ada")
        try:
            assert ada.stdin
            assert ada.stdout
            assert ada.stdout.readline().split() == [b"ada", b"joined!"]
            zoe.say("Grüße 🐍 — ok")
            line = ada.stdout.readline().rstrip(b"\r\n")
            assert line == "Zoë: Grüße 🐍 — ok".encode(encoding, "backslashreplace")
            ada.stdin.write("Zoë?\n".encode(encoding, "replace"))
            ada.stdin.flush()
            wanted = "Zo??" if encoding == "ascii" else "Zoë?"
            heard.wait_for(lambda event: event == Said("ada", wanted))
            _, errors = ada.communicate(timeout=LIMIT)
            assert (ada.returncode, errors) == (0, b"")
        finally:
            ada.kill()
            ada.communicate()


def test_the_conformance_suite_prints_what_was_said(room: UdpServer) -> None:
    suite = program("ascii", "chatlab.conformance", "udp", f"127.0.0.1:{room.address[1]}", "--verbose")
    try:
        out, errors = suite.communicate(timeout=10 * LIMIT)
    finally:
        suite.kill()
        suite.communicate()
    assert (suite.returncode, errors) == (0, b"")
    assert " passed, 0 failed" in out.decode()


@pytest.mark.parametrize(
    "module",
    ["udp.server", "udp.client", "tcp.server", "tcp.client", "weather", "conformance", "grading.classroom", "bench"],
)
def test_every_program_prints_its_help(module: str) -> None:
    shown = program("ascii", f"chatlab.{module}", "--help")
    out, errors = shown.communicate(timeout=5 * LIMIT)  # a busy machine takes its time to import
    assert (shown.returncode, errors) == (0, b"")
    assert out.startswith(f"usage: python -m chatlab.{module} ".encode())
