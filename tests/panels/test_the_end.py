"""A kernel that ends with panels open."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from chatlab.panels import ChatPanel, RoomPanel
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer

server = UdpServer(port=0, log=print)
room = RoomPanel(server)
ada = ChatPanel(UdpClient("ada", server))
"""


def test_a_kernel_that_ends_closes_its_panels_and_is_not_kept_alive() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "ada left: signed out" in ended.stdout
