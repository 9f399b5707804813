"""Three front ends in one room: the terminal client, a panel (without a page) and a bare socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chatlab.panels import ChatPanel
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from tests.panels.conftest import Page
from tests.programs import Program
from tests.udp.voice import Voice

WORDS = "hé 🐍"


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Panels keep one thread, which waits for the end of the program."""
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("udp-")] == []


def test_each_sees_what_everybody_says(room: UdpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    monkeypatch.setattr(ChatPanel, "send", lambda panel, content: page.receive(content), raising=False)
    host, port = str(room.address[0]), str(room.address[1])
    with (
        Voice(room.address, "bare") as bare,
        Program("-m", "chatlab.udp.client", "--host", host, "--port", port, "--nick", "terminal") as terminal,
        ChatPanel(UdpClient("panel", room)) as panel,
    ):
        bare.hears("terminal joined!")
        bare.hears("panel joined!")
        bare.say(WORDS)
        terminal.type(f"{WORDS}\n")
        panel._handle_custom_msg({"kind": "say", "text": WORDS}, [])
        for name in ("bare", "terminal", "panel"):
            bare.hears(f"{name}: {WORDS}")
            page.read_until(lambda name=name: f"{name} {WORDS}" in page.rows)  # type: ignore[misc]
        wanted = {f"{name}: {WORDS}" for name in ("bare", "terminal", "panel")}
        while not wanted <= set(terminal.lines):
            terminal.wait_for_line(WORDS)

        bare.send(b"SIGNOUT_TAG:")
        terminal.wait_for_line("bare left!")
