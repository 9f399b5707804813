"""The panels in a real JupyterLab: what only a page can show."""

from __future__ import annotations

import os
import re
import signal

from chatlab.panels.chat.scrollback import MAX_ROWS
from tests.systems import not_here

from .jupyterlab_driver import SECONDS, JupyterLab, Locator, Notebook, Page, expect

ROOM = """\
from chatlab.panels import ChatPanel, RoomPanel, side_by_side
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
server = UdpServer(port=0)
room = RoomPanel(server)
room"""

PEOPLE = """\
ada, bob = ChatPanel(UdpClient("ada", server)), ChatPanel(UdpClient("bob", server))
side_by_side(ada, bob)"""

# A client without a network, to let things happen that a room would not.
ACTOR = """\
from chatlab.room.events import Joined, Said
from chatlab.panels import ChatPanel
class Actor:
    nickname, on_event = "actor", None
    def start(self):
        self.say("here I am")
    def say(self, text):
        self.on_event(Said(self.nickname, text))
    def close(self):
        pass
actor = Actor()
panel = ChatPanel(actor)
panel"""


def panels(notebook: Notebook, cell: int) -> list[Locator]:
    """The chat panels that a cell shows."""
    found = notebook.output(cell).locator(".chatlab-chat")
    expect(found.first).to_be_visible()
    return found.all()


def field(panel: Locator) -> Locator:
    return panel.get_by_role("textbox")


def said(panel: Locator) -> Locator:
    return panel.locator(".chatlab-said")


def status(panel: Locator) -> Locator:
    return panel.get_by_role("status")


def say(panel: Locator, text: str) -> None:
    field(panel).fill(text)
    field(panel).press("Enter")


def test_what_one_types_fast_the_other_reads_exactly_once(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("typing.ipynb", ROOM, PEOPLE))
    notebook.run_all()
    ada, bob = panels(notebook, 1)
    field(ada).click()
    # d d, a, b, x, m, Shift+Enter: in JupyterLab's hands these would delete, add, cut, change and run cells.
    texts = [f"{number} dd abxm" for number in range(10)]
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    for panel in (ada, bob):
        expect(said(panel)).to_have_text([f"ada: {text}" for text in texts])
    expect(field(ada)).to_be_focused()
    expect(page.locator(".jp-CodeCell")).to_have_count(2)

    field(bob).fill("by the button")
    bob.get_by_role("button", name="Send").click()
    expect(field(bob)).to_be_focused()
    expect(said(ada).last).to_have_text("bob: by the button")
    expect(said(ada)).to_have_count(11)


def test_a_refused_text_comes_back_by_arrow_up(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("refused.ipynb", ROOM, PEOPLE))
    notebook.run_all()
    ada, _ = panels(notebook, 1)
    say(ada, "short")
    say(ada, "too long " * 200)
    expect(ada.locator(".chatlab-warning")).to_contain_text("Refused")
    field(ada).press("ArrowUp")
    expect(field(ada)).to_have_value("too long " * 200)
    field(ada).press("ArrowUp")
    expect(field(ada)).to_have_value("short")


def test_markup_is_text(lab: JupyterLab, page: Page) -> None:
    attack = """<img src=x onerror="window.owned = true">"""
    hostile_server = f"""\
from types import SimpleNamespace
from chatlab.panels import RoomPanel
room = RoomPanel(SimpleNamespace(
    address=("<b>host</b>", 1), nicknames=({attack!r},), counts=SimpleNamespace(received=0, sent=0),
    running=True, failure=None, start=print, close=lambda: None, join_command="join"))
room.server.running = True
room"""
    hostile_words = f"panel._on_event(Joined({attack!r})); panel._on_event(Said({attack!r}, {attack!r}))"
    notebook = lab.open(page, lab.add_notebook("markup.ipynb", ACTOR, hostile_words, hostile_server))
    notebook.run_all()
    [panel] = panels(notebook, 0)
    expect(said(panel).last).to_have_text(f"{attack}: {attack}")
    expect(panel.locator(".chatlab-notice")).to_have_text(f"{attack} joined")
    say(panel, attack)
    expect(said(panel).last).to_have_text(f"actor: {attack}")
    expect(notebook.output(2)).to_contain_text(attack)
    expect(page.locator(".jp-Cell-outputArea img, .jp-Cell-outputArea dl b")).to_have_count(0)
    assert page.evaluate("window.owned") is None


def test_running_a_cell_again_and_showing_a_panel_twice(lab: JupyterLab, page: Page) -> None:
    what_is_open = """\
import gc, socket, threading
sockets = [s for s in gc.get_objects() if isinstance(s, socket.socket) and s.type == socket.SOCK_DGRAM]
threads = [t for t in threading.enumerate() if t.name.startswith(("udp-", "panel-", "room-panel"))]
print(sum(s.fileno() != -1 for s in sockets), "sockets", len(threads), "threads")"""
    notebook = lab.open(page, lab.add_notebook("again.ipynb", ROOM, PEOPLE, what_is_open, "ada"))
    notebook.run_all()
    before = notebook.output(2).inner_text()
    assert re.match(r"3 sockets \d+ threads", before)
    for _ in range(3):
        notebook.run_cell(1)
    notebook.run_cell(2)
    expect(notebook.output(2)).to_have_text(before)
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.run_cell(2)
    expect(notebook.output(2)).to_have_text(before)
    expect(notebook.output(0)).to_contain_text("2 here")

    ada, bob = panels(notebook, 1)
    say(bob, "before the second view")
    expect(said(ada)).to_have_count(1)
    notebook.run_cell(3)
    [ada_again] = panels(notebook, 3)
    say(ada_again, "from the second view")
    say(bob, "to both")
    for panel in (ada, ada_again, bob):
        expect(said(panel)).to_have_text(["bob: before the second view", "ada: from the second view", "bob: to both"])


def test_after_a_restart_the_old_panel_says_so_and_its_cell_works_again(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("restart.ipynb", ROOM, PEOPLE))
    notebook.run_all()
    ada, bob = panels(notebook, 1)
    say(ada, "before")
    expect(said(bob)).to_have_count(1)
    notebook.restart_kernel()
    for panel in (ada, bob):
        expect(status(panel)).to_have_text("The kernel has ended: Run → Run All Cells")
        expect(field(panel)).to_be_disabled()
    expect(said(bob)).to_have_text(["ada: before"])
    notebook.run_all()
    ada, bob = panels(notebook, 1)
    say(ada, "after")
    expect(said(bob)).to_have_text(["ada: after"])


@not_here(not hasattr(signal, "SIGSTOP"), "Windows can't stop a process for a while")
def test_a_kernel_that_does_not_answer_is_noticed(lab: JupyterLab, page: Page) -> None:
    notebook = lab.open(page, lab.add_notebook("silent.ipynb", ACTOR, "import os; print(os.getpid())"))
    notebook.run_all()
    [panel] = panels(notebook, 0)
    kernel = int(notebook.output(1).inner_text())
    os.kill(kernel, signal.SIGSTOP)
    try:
        say(panel, "anybody?")
        expect(status(panel)).to_contain_text("does not answer", timeout=20 * SECONDS)
    finally:
        os.kill(kernel, signal.SIGCONT)
    expect(status(panel)).not_to_contain_text("does not answer")
    expect(said(panel).last).to_have_text("actor: anybody?")


def test_a_burst_slows_neither_the_page_nor_the_kernel(lab: JupyterLab, page: Page) -> None:
    burst = """\
import threading
enough = threading.Event()
actor.say = lambda text: enough.set()
def speak():
    number = 0
    while number < 5000 or not enough.is_set():
        number += 1
        actor.on_event(Said("crowd", f"{number}: the crowd has a few words to say to each and every one of you"))
        if number % 10 == 0:
            threading.Event().wait(0.005)  # some 2,000 a second
    actor.on_event(Said("crowd", "the last words"))
threading.Thread(target=speak).start()"""
    notebook = lab.open(page, lab.add_notebook("burst.ipynb", ACTOR, burst))
    notebook.run_cell(0)
    [panel] = panels(notebook, 0)
    page.evaluate("""() => {
        window.longestFrame = 0;
        let last = performance.now();
        const frame = (now) => {
            window.longestFrame = Math.max(window.longestFrame, now - last);
            last = now;
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    }""")
    notebook.run_cell(1)
    say(panel, "enough")
    expect(said(panel).last).to_have_text("crowd: the last words", timeout=30 * SECONDS)
    expect(said(panel).last).to_be_in_viewport()
    expect(panel.locator(".chatlab-row")).to_have_count(MAX_ROWS)
    longest_frame = page.evaluate("window.longestFrame")
    print("longest frame:", longest_frame, "ms")
    assert longest_frame < 1 * SECONDS
