"""Stand-ins for what a panel sits between: a client or a server on one side, a page on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from queue import Queue
from typing import Any, NamedTuple

import IPython
import pytest

from chatlab.panels import ChatPanel
from chatlab.room.errors import NoThreadLeft
from chatlab.room.events import Event, Joined
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER  # seconds to wait for what must come


def from_page(panel: ChatPanel, **content: str) -> None:
    """A message from the page, as the kernel delivers it."""
    panel._handle_custom_msg(content, [])


class FakeClient:
    """A client without a network. `start` and `say` raise the exceptions in `refusals`, one each, before they work."""

    def __init__(self, nickname: str = "ada", *refusals: BaseException, diary: list[str] | None = None) -> None:
        self.nickname = nickname
        self.on_event: Callable[[Event], None] | None = None
        self.refusals = list(refusals)
        self.diary = [] if diary is None else diary
        self._written: Queue[str] = Queue()

    def start(self) -> FakeClient:
        self._do(f"start {self.nickname}")
        self.happen(Joined(self.nickname))
        return self

    def say(self, text: str) -> None:
        self._do(f"say {text}")

    def _do(self, entry: str) -> None:
        self.diary.append(entry)
        self._written.put(entry)
        if self.refusals:
            raise self.refusals.pop(0)

    def wait_until(self, entry: str) -> None:
        """The next such one in the diary. Fails if none comes within LIMIT seconds."""
        while self._written.get(timeout=LIMIT) != entry:
            pass

    def close(self) -> None:
        self.diary.append(f"close {self.nickname}")

    def __exit__(self, *exception: object) -> None:
        self.close()

    def happen(self, event: Event) -> None:
        assert self.on_event is not None
        self.on_event(event)


class FakeCounts(NamedTuple):
    received: int = 0
    sent: int = 0


class FakeServer:
    """A server without a network. `start` raises `problem` if there is one."""

    def __init__(self, port: int = 9999) -> None:
        self.address: tuple[str, int] = ("127.0.0.1", port)
        self.join_command = f"join --port {port}"
        self.nicknames: tuple[str, ...] = ()
        self.counts = FakeCounts()
        self.running = False
        self.failure: BaseException | None = None
        self.problem: OSError | NoThreadLeft | None = None

    def start(self) -> FakeServer:
        if self.problem:
            raise self.problem
        self.running, self.failure = True, None
        return self

    def close(self) -> None:
        self.running = False


class Page:
    """What a panel sends to its views, and what a view would show of it."""

    def __init__(self) -> None:
        self.messages: Queue[dict[str, Any]] = Queue()
        self.sent = 0
        self.rows: list[str] = []
        self.last: dict[str, Any] = {}

    def receive(self, content: dict[str, Any]) -> None:
        self.messages.put(content)

    def read_until(self, condition: Callable[[], object]) -> None:
        """Take messages in until `condition` holds. Fails if none comes within LIMIT seconds."""
        while not condition():
            self.last = self.messages.get(timeout=LIMIT)
            self.sent += 1
            if self.last["whole"]:
                self.rows.clear()
            self.rows += [" ".join(filter(None, (row["nickname"], row["text"]))) for row in self.last["rows"]]

    def read_until_status(self, beginning: str) -> str:
        self.read_until(lambda: self.last.get("status", "").startswith(beginning))
        return str(self.last["status"])


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    page = Page()
    monkeypatch.setattr(ChatPanel, "send", lambda panel, content: page.receive(content), raising=False)
    return page


class RunCell:
    """`run_cell("cell")`: what follows is as if in a notebook's cell of this name that has just been run (again)."""

    def __init__(self) -> None:
        self._parent: dict[str, dict[str, str]] = {}
        self._runs = count()

    def __call__(self, cell: str, *, code: str = "panel") -> None:
        metadata = {"cellId": cell} if cell else {}
        self._parent = {"header": {"msg_id": str(next(self._runs))}, "metadata": metadata, "content": {"code": code}}

    def get_parent(self) -> dict[str, dict[str, str]]:
        return self._parent


@pytest.fixture
def run_cell(monkeypatch: pytest.MonkeyPatch) -> RunCell:
    run_cell = RunCell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: run_cell)
    return run_cell


@pytest.fixture
def panels() -> Iterator[ExitStack]:
    """`panels.enter_context(panel)`: a panel that is closed when the test ends."""
    with ExitStack() as stack:
        yield stack
