"""A kernel that ends with panels open."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chatlab.panels import open_panels
from chatlab.panels.open_panels import give_up_place, take_place

PROGRAM = """
import threading

from chatlab.panels import ChatPanel, RoomPanel
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer

joined, left = threading.Event(), threading.Event()

def log(line):
    print(line)
    if line.startswith("ada joined"):
        joined.set()
    if line.startswith("ada left"):
        left.set()

class Room(UdpServer):
    def close(self):
        left.wait(10)  # her sign-out may be on its way still, and a room that closes reads no more
        super().close()

server = Room(port=0, log=log)
room = RoomPanel(server)
ada = ChatPanel(UdpClient("ada", server))
assert joined.wait(30)
"""
ONE_FAILS = """
class Eve(UdpClient):
    def close(self):
        super().close()
        raise OSError("eve does not want to")

eve = ChatPanel(Eve("eve", server))
"""


def test_a_kernel_that_ends_closes_its_panels_and_is_not_kept_alive() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "ada left: signed out" in ended.stdout


def test_a_kernel_that_ends_leaves_panels_that_say_what_to_do() -> None:
    tell = """
ada.send = lambda content: print(content["status"])
server.log = lambda line: None
"""
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM + tell],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert ended.stdout.splitlines()[-1] == "Closed: to come back, choose Run → Run All Cells: the kernel has ended"


def test_one_that_can_not_be_closed_does_not_keep_the_others_open() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM + ONE_FAILS], check=False, capture_output=True, text=True, timeout=60
    )
    assert "OSError: eve does not want to" in ended.stderr
    assert "ada left: signed out" in ended.stdout


class Closable:
    def __init__(self, problem: OSError | None = None) -> None:
        self.problem = problem
        self.closed = False

    def close(self) -> None:
        self.closed = True
        give_up_place(self)
        if self.problem:
            raise self.problem


def test_neither_does_it_when_a_new_panel_takes_their_place() -> None:
    subject = object()
    older = [Closable(), Closable(OSError("eve does not want to")), Closable()]
    for number, panel in enumerate(older):
        open_panels._taken.append(open_panels._Place(number, subject, panel, None))
    new = Closable()
    with pytest.raises(OSError, match="eve does not want to"):
        take_place("new", subject, new)
    assert all(panel.closed for panel in older)
    new.close()
