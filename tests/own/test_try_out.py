"""A learner's code at work in a notebook: whatever it does, one line says what came of it, and we go on."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chatlab.grading.attempt.printed import Printed
from chatlab.own import try_out
from chatlab.own.own_file import OwnFile
from chatlab.own.play import Played
from chatlab.panels import RoomPanel
from chatlab.room.errors import CantUse, NotStarted
from chatlab.room.events import Said
from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.trace import Trace
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.fate import Conditions
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS, WRONG

FILE = "ex00_warm_up.py"
FILES = {exercise.key: exercise.file for exercise in MANIFEST}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course in which nothing is started; its notebooks are the current directory."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


@pytest.fixture
def solved(course: Path) -> Callable[..., Path]:
    """Puts the model answer to an exercise into the course, with some words of it replaced. Its file."""

    def solve(key: str, **words: str) -> Path:
        answer = (SOLUTIONS / FILES[key]).read_text(encoding="utf-8")
        for old, new in words.items():
            assert old in answer
            answer = answer.replace(old, new)
        file = course / "exercises" / FILES[key]
        file.write_text(answer, encoding="utf-8")
        return file

    return solve


def test_the_file_is_used_as_it_is_now(course: Path) -> None:
    for answer in ("one", "two"):
        (course / "exercises" / FILE).write_text(f"def f():\n    print({answer!r})\n", encoding="utf-8")
        printed = Printed()
        OwnFile("ex00").use(lambda learner: learner.f(), printed)
        assert printed.text == f"{answer}\n"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(:", f"SyntaxError: invalid syntax. {FILE}, line 1: def f(:"),
        ("def f():\n    exit()", f"Your code ended the program: exit(). {FILE}, line 2, in f: exit()"),
        ("def f():\n    x = undefined", f"name 'undefined' is not defined. {FILE}, line 2, in f: x = undefined"),
        ("while True:\n    pass", f"in the line below. {FILE}, line"),
        ("import solutions", f"the model answers. {FILE}, line 1: import solutions"),
        ("def f_(): ...", f"{FILE} has no f; it has f_."),
        ("", f"{FILE} has no f."),
    ],
)
def test_what_goes_wrong_is_one_line(course: Path, source: str, says: str) -> None:
    (course / "exercises" / FILE).write_text(source, encoding="utf-8")
    with pytest.raises(CantUse) as caught:
        OwnFile("ex00").use(lambda learner: learner.f(), Printed(), seconds=0.3)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, NotStarted)


def test_no_course_and_no_exercise_are_one_line_too(
    course: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(CantUse, match="^there is no exercise 'ex99'"):
        OwnFile("ex99")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(CantUse, match="start from inside the course's folder$"):
        OwnFile("ex00")


def test_it_runs_in_a_thread_of_its_own(course: Path) -> None:
    """So that a limit holds, and Ctrl-C in a notebook reaches the notebook."""
    (course / "exercises" / FILE).write_text(
        "import threading\nthread = threading.current_thread()\n", encoding="utf-8"
    )
    threads: list[threading.Thread] = []
    OwnFile("ex00").use(lambda learner: threads.append(learner.thread), Printed())
    assert threads != [threading.current_thread()]


@pytest.mark.parametrize("key", ["ex00", "ex01", "ex02", "ex03", "ex04", "ex06", "ex07", "ex08", "ex14", "ex17"])
def test_a_stub_is_not_started(course: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with UdpServer(port=0) as server:
        assert try_out(key, *([server] if key in ("ex00", "ex02", "ex06", "ex14") else [])) is None
    assert capsys.readouterr().out == f"{key} is not started yet: write your code in ../exercises/{FILES[key]}.\n"


def test_what_there_is_not_is_said(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert try_out("ex99") is None
    assert capsys.readouterr().out.startswith("There is nothing to try out for 'ex99': choose from ex00, ex01, ")


def test_the_learners_greeting_is_heard_in_a_room(solved: Callable[..., Path]) -> None:
    solved("ex00")
    with UdpServer(port=0) as server, UdpClient("bob", server) as bob:
        try_out("ex00", server, "zoë")
        said = next(event for event in bob if isinstance(event, Said))
    assert said.text == "Hello, zoë!"


def test_the_learners_receipts_are_shown_and_those_that_lack(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = solved("ex01")
    try_out("ex01", "Olé!", "")
    assert capsys.readouterr().out == "'Olé!': 4 characters\n'': 0 characters\n"
    answer = file.read_text(encoding="utf-8")
    file.write_text(answer.replace("range(count)", "range(1)"), encoding="utf-8")
    try_out("ex01", "Olé!", "")
    assert capsys.readouterr().out == "'Olé!': 4 characters\n'': no receipt\n"


def test_the_learners_protocol_is_understood_by_a_room(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    solved("ex02")
    with UdpServer(port=0) as server:
        try_out("ex02", server, "ada", ["SIGNOUT_TAG:"])
    assert capsys.readouterr().out.splitlines() == [
        "SignUp(nickname='ada', token='') goes out as b'SIGNUP_TAG:ada'",
        "    b'ada joined!' comes back, which is Joined(nickname='ada')",
        "Say(text='SIGNOUT_TAG:') goes out as b'ada: SIGNOUT_TAG:'",
        "    b'ada: SIGNOUT_TAG:' comes back, which is Said(nickname='ada', text='SIGNOUT_TAG:')",
        "SignOut() goes out as b'SIGNOUT_TAG:'",
    ]


def test_the_learners_receiver_receives_and_stops(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = solved("ex04")
    try_out("ex04", "Hi!")
    said, stopped = capsys.readouterr().out.splitlines()
    assert said == "Sent 'Hi!', and got b'Hi!' out of the queue."
    assert re.fullmatch(r"stop\(\) returned after 0\.\d{3} s\.", stopped)
    answer = file.read_text(encoding="utf-8")
    file.write_text(answer.replace("self.messages.put(message)", "pass"), encoding="utf-8")
    try_out("ex04", "Hi!")
    assert capsys.readouterr().out.startswith("Sent 'Hi!', and nothing came into the queue.\n")


@pytest.mark.parametrize("key", ["ex01", "ex02", "ex04"])
def test_a_text_that_no_datagram_can_carry_is_said_to_be_too_long(
    key: str, solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    solved(key)
    text = "x" * 70_000
    with UdpServer(port=0) as server:
        try_out(key, *([server, "ada", [text]] if key == "ex02" else [text]))
    assert capsys.readouterr().out.endswith("This message is longer than 65,507 bytes: no datagram can carry it.\n")


def test_the_learners_room_is_played(solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    solved("ex03")
    played = try_out("ex03", "ada joins as ada\nbob joins as <b>\n\n ada says Hi!\nbob leaves\neve says <i>")
    assert isinstance(played, Played)
    assert repr(played).splitlines() == [
        "                  ada hears    bob hears    eve hears",
        "ada joins as ada  ada joined!",
        "bob joins as <b>  <b> joined!  <b> joined!",
        "ada says Hi!      ada: Hi!     ada: Hi!",
        "bob leaves        <b> left!",
        "eve says <i>                                (refused: sign up first)",
    ]
    assert "<b>" not in played._repr_html_()
    assert "&lt;b&gt; joined!" in played._repr_html_()
    assert capsys.readouterr().out == ""
    assert "refused: that nickname is taken" in repr(try_out("ex03"))


def test_a_room_that_fails_is_shown_up_to_there(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = solved("ex03")
    answer = file.read_text(encoding="utf-8")
    file.write_text(answer.replace("return self._all_hear(Said(", "return list(Said("), encoding="utf-8")
    played = try_out("ex03", "ada joins as ada\nada says Hi!")
    assert len(repr(played).splitlines()) == 2
    assert f"{file.name}, line" in capsys.readouterr().out
    file.write_text(answer.replace("return self._all_hear(Said(", "return list((").replace(", text))", ",))"))
    try_out("ex03", "ada joins as ada\nada says Hi!")
    told = "At the step 'ada says Hi!' your room answers ['ada']: a dictionary is wanted.\n"
    assert capsys.readouterr().out == told
    assert try_out("ex03", "ada sings") is None
    assert "What is 'ada sings'? Write WHO joins as NICKNAME, " in capsys.readouterr().out


def test_the_learners_client_joins_a_room(solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    solved("ex06")
    with UdpServer(port=0) as server:
        try_out("ex06", server, "tom", ["one", " two "])
    assert capsys.readouterr().out.splitlines() == ["tom joined!", "tom: one", "tom:  two "]


def test_the_learners_tcp_client_talks_in_a_room(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    solved("ex14")
    with TcpServer(port=0) as server, TcpClient("bob", server) as bob:
        try_out("ex14", server, "bob", ["tom", "Hello!"])
        assert next(event for event in bob if isinstance(event, Said)) == Said("tom", "Hello!")
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("(refused: ")
    assert out[1:] == ["> tom", "tom joined!", "> Hello!"]


def test_the_learners_server_gets_a_panel(solved: Callable[..., Path]) -> None:
    solved("ex05")
    panel = try_out("ex05")
    assert isinstance(panel, RoomPanel)
    with panel:
        assert "This room is yours: ex05 runs it." in panel._details.value


def test_the_learners_arrivals_meet_a_storm(solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    solved("ex07")
    trace = try_out("ex07")
    assert isinstance(trace, Trace)
    out = capsys.readouterr().out
    assert all(f"  {was}\n" in out for was in ("NEXT", "AFTER_A_GAP", "LATE", "REPEAT"))
    assert out.splitlines()[-1] == "missing: 9"
    assert "message 9" in str(trace)
    try_out("ex07", Conditions(), count=2)
    assert capsys.readouterr().out.splitlines()[-1] == "missing: none"


def test_the_learners_sender_and_receiver_carry_texts(
    solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    solved("ex08")
    trace = try_out("ex08")
    assert "lost" in str(trace)
    out = capsys.readouterr().out
    assert out.startswith(
        "Bob is handed:\n  Hello!\n  Can you hear me?\n  It rains.\n  Bye!\nAll of it, once and in order"
    )
    assert "lost" not in str(try_out("ex08", Conditions(), texts=["é", ""], seed=9))
    assert capsys.readouterr().out.startswith("Bob is handed:\n  é\n  \nAll of it")
    try_out("ex08", Conditions(loss=1.0), tries=3)
    assert capsys.readouterr().out.splitlines() == [
        "Ada's sender gives up after 1.4 s: message 0 was sent 3 times and never acknowledged",
        "Bob is handed:",
        "  nothing",
    ]


def test_a_sender_that_never_ends_is_stopped(
    course: Path, solved: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(WRONG / "ex08" / "never_gives_up.py", course / "exercises" / FILES["ex08"])
    try_out("ex08", Conditions(loss=1.0), tries=3)
    assert capsys.readouterr().out == "Bob is handed:\n  nothing\n"
