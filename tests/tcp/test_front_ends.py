"""Four front ends in one room: `nc`, the terminal client, a panel (without a page) and a raw socket."""

from __future__ import annotations

import shutil
import sys

import pytest

from chatlab.panels import ChatPanel
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from tests.panels.conftest import Page
from tests.programs import Program
from tests.systems import not_here
from tests.tcp.raw_client import RawClient

# `Program` runs Python, which then becomes another program.
NC = ("-c", "import os, sys; os.execvp('nc', ['nc', *sys.argv[1:]])")
WORDS = "hé 🐍"


@pytest.mark.skipif(not shutil.which("nc"), reason="needs nc: apt-get install netcat-openbsd")
@not_here(sys.platform == "win32", "Windows has no nc")
@pytest.mark.usefixtures("signals_of_a_terminal")
def test_each_sees_what_every_other_says(room: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    monkeypatch.setattr(ChatPanel, "send", lambda panel, content: page.receive(content), raising=False)
    host, port = room.address[0], str(room.address[1])
    with (
        Program(*NC, host, port) as nc,
        Program("-m", "chatlab.tcp.client", "--host", host, "--port", port, "--nick", "terminal") as terminal,
        ChatPanel(TcpClient("panel", room)) as panel,
        RawClient(room.address, "raw") as raw,
    ):
        nc.wait_for_line("NICK")
        nc.type("nc\n")
        nc.wait_for_line("Connected to the server!")
        terminal.wait_for_line("terminal joined!")
        raw.say(WORDS)
        nc.wait_for_line(f"raw: {WORDS}")
        terminal.wait_for_line(f"raw: {WORDS}")
        page.read_until(lambda: f"raw {WORDS}" in page.rows)

        nc.type(f"{WORDS}\n")
        raw.wait_for(f"nc: {WORDS}")
        terminal.wait_for_line(f"nc: {WORDS}")
        page.read_until(lambda: f"nc {WORDS}" in page.rows)

        terminal.type(f"{WORDS}\n")
        raw.wait_for(f"terminal: {WORDS}")
        nc.wait_for_line(f"terminal: {WORDS}")
        page.read_until(lambda: f"terminal {WORDS}" in page.rows)

        panel._handle_custom_msg({"kind": "say", "text": WORDS}, [])
        raw.wait_for(f"panel: {WORDS}")
        nc.wait_for_line(f"panel: {WORDS}")
        terminal.wait_for_line(f"panel: {WORDS}")

        nc.press_ctrl_c()
        terminal.wait_for_line("nc left!")
