"""Members that come back: a panel whose room has gone goes on trying, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from queue import Queue

import pytest

from chatlab.panels import ChatPanel
from chatlab.panels.chat import outgoing, tries
from chatlab.room.errors import NobodyAnswers, NotInTheRoom, NotStarted, Refusal
from chatlab.room.events import Gone, Joined, Refused, Said
from chatlab.service.interfaces import Client, Server
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.udp import member
from chatlab.udp.client import UdpClient
from chatlab.udp.reliable import member as reliable_member
from chatlab.udp.server import UdpServer
from tests.panels.conftest import LIMIT, FakeClient, Page, from_page

NOBODY = NobodyAnswers("nobody answers at 127.0.0.1:9999: is the server running there?")
SAID = "Nobody answers at 127.0.0.1:9999: is the server running there?"
SHORT = 0.01  # seconds in place of a pause


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "PAUSES", (0.0, SHORT))


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits until such a pause is over."""
    monkeypatch.setattr(tries, "PAUSES", (0.0, 1000.0, 1000.0))


@pytest.mark.usefixtures("_impatient")
def test_it_tries_until_somebody_answers(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada", *[NOBODY] * 20)
    panels.enter_context(ChatPanel(client))
    page.read_until_status("In the room")
    assert client.diary == ["start ada"] * 21


@pytest.mark.usefixtures("_patient")
@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (NOBODY, SAID),
        (
            Refusal("taken: that nickname, or one that looks like it"),
            "Taken: that nickname, or one that looks like it.",
        ),
        (OSError("no free port"), "No free port."),
        (KeyError("bob"), "KeyError: 'bob'."),
    ],
)
def test_it_says_why_it_is_out_and_when_it_tries_again(
    problem: Exception, said: str, page: Page, panels: ExitStack
) -> None:
    client = FakeClient("ada", problem)
    panels.enter_context(ChatPanel(client))
    page.read_until(lambda: "Next" in page.last.get("status", ""))
    assert page.last["status"] == f"{said} Next try in 1000\u00a0s, or press Join."
    assert not page.last["present"]
    assert page.rows == []


@pytest.mark.usefixtures("_impatient")
def test_after_some_tries_it_says_what_else_may_help(
    page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "PAUSES", (0.0, SHORT, 5.0))
    panels.enter_context(ChatPanel(FakeClient("ada", *[NOBODY] * 3)))
    page.read_until(lambda: page.last.get("status", "").endswith("run this one, too."))
    hint = "If the room's cell was run again, run this one, too."
    assert page.last["status"] == f"{SAID} Next try in 5\u00a0s, or press Join. {hint}"


@pytest.mark.usefixtures("_impatient")
def test_of_the_learners_own_code_it_keeps_the_names_and_sends_nobody_to_the_rooms_cell(
    page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "PAUSES", (0.0, SHORT, 5.0))
    panels.enter_context(ChatPanel(FakeClient("ada", *[NotStarted("ex09 is not started yet: write it.")] * 3)))
    page.read_until(lambda: " 5\u00a0s" in page.last.get("status", ""))
    assert page.last["status"] == "ex09 is not started yet: write it. Next try in 5\u00a0s, or press Join."


@pytest.mark.usefixtures("_patient")
def test_join_tries_at_once(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada", NOBODY, NOBODY)
    panel = panels.enter_context(ChatPanel(client))
    page.read_until_status(f"{SAID} Next try in 1000\u00a0s")
    for tries_so_far in (1, 2):
        client.wait_until("start ada")
        assert client.diary == ["start ada"] * tries_so_far
        from_page(panel, kind="join")
    page.read_until_status("In the room")
    assert client.diary == ["start ada"] * 3


@pytest.mark.usefixtures("_patient")
def test_while_it_tries_it_says_so(page: Page, panels: ExitStack) -> None:
    goes_on = threading.Event()

    class Slow(FakeClient):
        def start(self) -> FakeClient:
            if not self.refusals:
                goes_on.wait(LIMIT)
            return super().start()

    panel = panels.enter_context(ChatPanel(Slow("ada", NOBODY)))
    from_page(panel, kind="join")
    page.read_until_status(f"{SAID} Trying again …")
    assert not page.last["present"]
    goes_on.set()
    page.read_until_status("In the room")


@pytest.mark.usefixtures("_patient")
def test_a_text_is_kept_and_said_when_somebody_answers(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada", NOBODY, NOBODY)
    panel = panels.enter_context(ChatPanel(client))
    page.read_until_status(f"{SAID} Next try in 1000\u00a0s")
    client.wait_until("start ada")
    from_page(panel, kind="say", text="hi")  # a try at once, which fails
    client.wait_until("start ada")
    from_page(panel, kind="say", text="there")
    client.wait_until("say there")
    assert client.diary == ["start ada"] * 3 + ["say hi", "say there"]
    page.read_until(lambda: len(page.rows) == 3)
    kept = "Kept until you are in the room:"
    assert page.rows == [f"{kept} hi", f"{kept} there", "ada joined"]


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("problem", [NobodyAnswers("the connection is lost"), NotInTheRoom("you are not in the room")])
def test_a_text_that_nobody_takes_is_kept_too(problem: Exception, page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada")
    panel = panels.enter_context(ChatPanel(client))
    client.refusals = [problem, NOBODY]
    from_page(panel, kind="say", text="hi")
    client.wait_until("say hi")
    client.wait_until("say hi")
    assert client.diary == ["start ada", "say hi", "start ada", "start ada", "say hi"]


@pytest.mark.usefixtures("_impatient")
def test_a_text_that_has_not_come_back_is_said_again_and_no_other(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada")
    panel = panels.enter_context(ChatPanel(client))
    for text in ("lost", "heard", "refused", "perhaps", "surely not"):
        from_page(panel, kind="say", text=text)
        client.wait_until(f"say {text}")
        if text == "heard":
            client.happen(Said("ada", "heard"))
        if text == "refused":
            client.happen(Refused("slow down"))
    client.diary.clear()
    client.happen(Gone("nobody answers any more"))
    client.wait_until("say surely not")
    assert client.diary == ["start ada", "say perhaps", "say surely not"]


@pytest.mark.usefixtures("_impatient")
def test_what_was_lost_long_ago_is_not_said_again(
    page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "RECENT", 0)
    client = FakeClient("ada")
    panel = panels.enter_context(ChatPanel(client))
    from_page(panel, kind="say", text="lost")
    client.wait_until("say lost")
    client.happen(Gone("nobody answers any more"))
    from_page(panel, kind="say", text="and now")
    client.wait_until("say and now")
    assert client.diary.count("say lost") == 1


@pytest.mark.usefixtures("_patient")
def test_the_status_tells_that_the_room_has_gone_and_is_back(
    page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = FakeClient("ada")
    panels.enter_context(ChatPanel(client))
    page.read_until_status("In the room")
    client.happen(Gone("the room has closed"))  # and so soon that it is not tried at once
    page.read_until_status("The room has closed. Next try in 1000\u00a0s, or press Join.")
    assert not page.last["present"]
    client.happen(Joined("bob"))
    client.happen(Joined("ada"))  # a client may come back by itself
    page.read_until_status("In the room")
    assert client.diary == ["start ada"]


def test_after_some_time_in_the_room_it_tries_at_once(
    page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "PAUSES", (0.0, 1000.0, 1000.0))
    monkeypatch.setattr(tries, "STEADY", 0)
    client = FakeClient("ada")
    panels.enter_context(ChatPanel(client))
    client.happen(Gone("the room has closed"))
    page.read_until(lambda: page.rows.count("ada joined") == 2)
    assert client.diary == ["start ada"] * 2


@pytest.mark.usefixtures("_impatient")
def test_a_nickname_that_no_room_takes_is_not_tried_again(page: Page, panels: ExitStack) -> None:
    client = FakeClient("ada lovelace", Refusal("letters, digits, _ and - only: no spaces in a nickname"))
    panels.enter_context(ChatPanel(client))
    status = page.read_until_status("Letters, digits, _ and - only: no spaces in a nickname. Choose")
    assert status.endswith("Choose another nickname, and run this cell again.")
    assert client.diary == ["start ada lovelace"]


@pytest.mark.usefixtures("_impatient")
def test_a_panel_that_is_closed_while_it_signs_up_does_not_stay_in_the_room(page: Page) -> None:
    closing: list[threading.Thread] = []
    closed = threading.Event()

    class Slow(FakeClient):
        """Is in the room when the panel has closed already."""

        def start(self) -> FakeClient:
            if not self.refusals and not closing:
                closing.append(threading.Thread(target=panel.close))
                closing[0].start()
                assert closed.wait(LIMIT)
                self.diary.append("in the room")
            return super().start()

        def close(self) -> None:
            super().close()
            closed.set()

    client = Slow("ada", NOBODY, NOBODY)
    panel = ChatPanel(client)
    page.read_until(lambda: closing)
    closing[0].join(LIMIT)
    assert not closing[0].is_alive()
    assert client.diary[-1] == "close ada"
    assert client.diary.index("in the room") > client.diary.index("close ada")


@pytest.mark.usefixtures("_patient")
def test_texts_sent_at_once_from_two_views_start_the_client_once(page: Page, panels: ExitStack) -> None:
    class Hesitant(FakeClient):
        """Takes its time to start, and notes it if a second start comes meanwhile."""

        meeting = threading.Barrier(2)

        def start(self) -> FakeClient:
            if not self.refusals:
                with suppress(threading.BrokenBarrierError):
                    self.meeting.wait(0.5)
                    self.diary.append("two starts at once")
            return super().start()

    client = Hesitant("ada", NOBODY)
    panel = panels.enter_context(ChatPanel(client))
    views = [threading.Thread(target=from_page, args=(panel,), kwargs={"kind": "say", "text": "hi"}) for _ in range(2)]
    for view in views:
        view.start()
    for view in views:
        view.join()
    client.wait_until("say hi")
    client.wait_until("say hi")
    assert client.diary == ["start ada", "start ada", "say hi", "say hi"]


# How a client joins which room, at a port.
ROOMS: dict[str, tuple[Callable[[int], Server], Callable[[str, Server], Client]]] = {
    "UDP": (lambda port: UdpServer(port=port), UdpClient),
    "reliable": (
        lambda port: UdpServer(port=port, reliable=True),
        lambda nickname, server: UdpClient(nickname, server, reliable=True),
    ),
    "TCP": (lambda port: TcpServer(port=port), TcpClient),
}


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("kind", ROOMS)
def test_both_come_back_to_a_room_that_was_stopped_and_their_texts_are_said(
    kind: str, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: dict[str, Page] = {"ada": Page(), "bob": Page()}
    monkeypatch.setattr(
        ChatPanel, "send", lambda panel, content: shown[panel.client.nickname].receive(content), raising=False
    )
    open_room, join = ROOMS[kind]
    room = open_room(0)
    room.start()
    panels.callback(room.close)
    members = {name: panels.enter_context(ChatPanel(join(name, room))) for name in shown}
    room.close()
    for page in shown.values():
        page.read_until(lambda: page.last.get("present") is False)  # noqa: B023
    from_page(members["bob"], kind="say", text="said to nobody")
    assert shown["bob"].rows.count("bob joined") == 1
    again = open_room(room.address[1])
    panels.callback(again.close)
    again.start()
    for page in shown.values():
        page.read_until(lambda: page.last["present"])  # noqa: B023
    shown["bob"].read_until(lambda: "bob said to nobody" in shown["bob"].rows)


class SilentServer(UdpServer):
    """As a beginner writes the first one: to stop is to close the socket."""

    def _say_goodbye(self) -> None:
        pass


@pytest.mark.parametrize("reliable", [False, True])
def test_a_room_that_ends_without_a_goodbye_is_missed_when_it_is_silent_for_long(
    reliable: bool, page: Page, panels: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member, "DEAF", 0.3)
    monkeypatch.setattr(member, "RETRY", 0.1)
    monkeypatch.setattr(reliable_member, "ALIVE", 0.3)
    with SilentServer(port=0, reliable=reliable) as room:
        panels.enter_context(ChatPanel(UdpClient("ada", room, reliable=reliable)))
        page.read_until_status("In the room")
    log: Queue[str] = Queue()
    with UdpServer(port=room.address[1], reliable=reliable, log=log.put):  # at once: no closed port tells of it
        while not log.get(timeout=LIMIT).startswith("ada joined"):
            pass
        panels.close()
