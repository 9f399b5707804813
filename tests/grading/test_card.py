"""check("ex00") in a notebook: what its card says and shows, its text twin, and what can go wrong around it."""

from __future__ import annotations

import json
import re
import shutil
import threading
from dataclasses import replace
from html import escape
from pathlib import Path
from queue import Queue

import pytest

from chatlab.grading import check, notebook
from chatlab.grading.grade import Grade
from chatlab.grading.notebook import CourseExercise
from chatlab.grading.reports.card import Card, Note
from chatlab.grading.reports.check_panel import CheckPanel
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.course import COURSE, EXERCISES, KEYS, MANIFEST, SOLUTIONS

GRADER = 60.0  # seconds to wait for the next word of a grader
FIRST = MANIFEST[0]
UNTOUCHED = f"""\
ex00 {FIRST.title}: not started, 1 point, about 5 minutes
{FIRST.objective}
  ○ says Hello, ada! in the room
  ○ greets whoever it is told to greet
Write your code here, and save it: ../exercises/ex00_warm_up.py"""


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the exercise in a course of its own, seen from its notebooks."""
    exercises = shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return exercises / FIRST.file


def card(key: str = "ex00", limit: float = 5.0) -> Card | Note:
    return CourseExercise(key, Path.cwd(), limit).check(threading.Event(), lambda line: None)


def text_of(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


def test_the_card_of_an_untouched_stub_is_the_same_everywhere(stub: Path) -> None:
    untouched = card()
    assert repr(untouched) == UNTOUCHED
    html = untouched._repr_html_()
    assert '<a href="../exercises/ex00_warm_up.py">' in html
    assert html == card()._repr_html_()
    assert str(stub.parents[1]) not in html


def test_hints_open_one_inside_the_other(stub: Path) -> None:
    html = card()._repr_html_()
    assert html.count("<details>") == 3
    assert html.index("Hint 1 of 3") < html.index("Hint 2 of 3") < html.index("Hint 3 of 3") < html.index("</details>")


def test_each_check_sees_the_file_as_it_is_now(stub: Path) -> None:
    stub.write_text('def greet(client, nickname):\n    client.say("<img src=x onerror=alert(1)>")\n', encoding="utf-8")
    wrong = card()
    assert '"you: <img src=x onerror=alert(1)>"' in repr(wrong)
    assert "✗ says Hello, ada! in the room" in repr(wrong)
    assert "<img" not in wrong._repr_html_()
    assert "&lt;img" in wrong._repr_html_()
    shutil.copy(SOLUTIONS / FIRST.file, stub)
    right = card()
    assert repr(right).startswith(f"ex00 {FIRST.title}: done, 1 point\n")
    assert "Hint" not in right._repr_html_()


def test_what_is_under_way_does_not_sound_like_a_failure(stub: Path) -> None:
    stub.write_text('def greet(client, nickname):\n    client.say("Hello, ada!")\n', encoding="utf-8")
    assert repr(card()).startswith(f"ex00 {FIRST.title}: not yet right, 1 of 2 checks pass (1 point when all do)\n")
    assert "chatlab-not-yet-right" in card()._repr_html_()


def test_what_is_done_gets_a_word_on_production_and_leads_onwards(stub: Path) -> None:
    shutil.copy(SOLUTIONS / FIRST.file, stub)
    done = card()
    assert f"In production: {FIRST.production}" in repr(done)
    assert f"In production: {escape(FIRST.production)}" in done._repr_html_()
    assert f'<p>Onwards: <a href="{MANIFEST[1].lesson}.ipynb">' in done._repr_html_()
    assert "In production" not in UNTOUCHED


def test_after_the_last_exercise_there_is_nothing_onwards(stub: Path) -> None:
    last = MANIFEST[-1]
    shutil.copy(SOLUTIONS / last.file, stub.with_name(last.file))
    assert "Onwards" not in card(last.key)._repr_html_()


def test_seen_and_expected_stand_apart_and_blanks_can_be_counted(stub: Path) -> None:
    exercise = MANIFEST[1]
    shutil.copy(Path(__file__).parent / "wrong/ex01/strips_the_text.py", stub.with_name(exercise.file))
    html = card(exercise.key)._repr_html_()
    assert "<dt>Seen</dt><dd>ada got: " in html
    assert "</dd><dt>Expected</dt><dd>&quot;5 characters&quot;, " in html
    blank = '<span class="chatlab-blank"> </span>'
    assert f"&quot;{blank}{blank}two spaces{blank}{blank}&quot;" in html


def test_steps_stand_one_a_line_and_the_lesson_is_a_link(stub: Path) -> None:
    exercise = next(exercise for exercise in MANIFEST if exercise.key == "ex03")
    answer = (SOLUTIONS / exercise.file).read_text(encoding="utf-8").replace("dict.fromkeys(self.nicknames", "dict(")
    assert "dict(, event)" in answer
    stub.with_name(exercise.file).write_text(answer.replace("dict(, event)", "{}"), encoding="utf-8")
    html = card("ex03")._repr_html_()
    assert "<ol><li>Played room = Room()</li><li>join(ADA, &#x27;ada&#x27;).</li></ol>" in html
    assert f'Read again: <a href="{exercise.lesson}.ipynb#The-table">The table</a>' in html


def test_a_card_leads_to_what_the_check_is_about() -> None:
    sections = (("test_b", "No bytes at all"), ("test_c", "00_start_here#Open a room"), ("test_d", "Two `ada`s"))
    exercise = replace(MANIFEST[1], sections=sections)

    def leads_to(check: str, lessons: str = ".") -> str:
        message = Message("Did.", "Saw.", "Means.", reading=exercise.read_again(check))
        grade = Grade(exercise, (CheckResult("checks", State.NOT_YET_RIGHT, message),))
        return Card(grade, "", lessons)._repr_html_().partition("Read again: ")[2].partition("</p>")[0]

    assert leads_to("test_a") == '<a href="01_datagrams.ipynb#An-answer">An answer</a>'
    assert leads_to("test_b") == '<a href="01_datagrams.ipynb#No-bytes-at-all">No bytes at all</a>'
    assert leads_to("test_d") == '<a href="01_datagrams.ipynb#Two-adas">Two adas</a>'
    assert leads_to("test_c", "..") == '<a href="../00_start_here.ipynb#Open-a-room">lesson 00, Open a room</a>'


def test_a_card_shows_what_went_each_way(stub: Path) -> None:
    exercise = MANIFEST[1]
    stub = stub.with_name(exercise.file)
    stub.write_text(
        "def send_receipts(sock, count):\n    sock.sendto(b'<hm>', sock.recvfrom(9)[1])\n", encoding="utf-8"
    )
    wrong = card(exercise.key)
    assert "sock → ada  4 B  <hm>" in repr(wrong)
    assert "sock → ada  4 B  &lt;hm&gt;" in wrong._repr_html_()


def test_code_that_ends_python_is_located(stub: Path) -> None:
    stub.write_text("import os\nos._exit(0)\n", encoding="utf-8")
    said = repr(card())
    assert "Your code ended the program: os._exit()." in said
    assert "ex00_warm_up.py, line 2" in said


def test_code_that_kills_python_kills_its_own_alone(stub: Path) -> None:
    stub.write_text("import os\nos.kill(os.getpid(), 9)\n", encoding="utf-8")
    assert "It ended its Python without a word." in repr(card())


def test_a_computation_that_nothing_interrupts_is_located(stub: Path) -> None:
    stub.write_text("def greet(client, nickname):\n    return 10 ** 10 ** 10\n", encoding="utf-8")
    said = repr(card(limit=0.5))
    assert "It had not ended after 0.5 s, and nothing could interrupt it" in said
    assert "ex00_warm_up.py, line 2, in greet\n        return 10 ** 10 ** 10" in said


def test_no_result_in_time_is_said(stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "SECONDS", 0.01)
    assert repr(card()).startswith("ex00: no result after 0.01 s")


def test_the_environment_of_the_notebook_does_not_matter(stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    Path("socket.py").write_text("raise RuntimeError('not this one')\n", encoding="utf-8")
    stub.with_name("queue.py").write_text("raise RuntimeError('nor this one')\n", encoding="utf-8")
    assert repr(card()) == UNTOUCHED


def test_a_key_that_is_not_there_and_a_folder_that_is_elsewhere(
    stub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repr(check("ex99")) == f"there is no exercise 'ex99': choose from {KEYS}"
    shutil.rmtree(tmp_path / "exercises")
    assert repr(check("ex00")) == (
        f"no exercises/exercises.toml in {tmp_path / 'notebooks'} or above it: start from inside the course's folder"
    )


def test_in_a_notebook_it_tells_which_check_runs_then_shows_what_came_of_it(stub: Path) -> None:
    told: Queue[str] = Queue()
    panel = check("ex00")
    assert isinstance(panel, CheckPanel)
    with panel:
        panel._state.observe(lambda change: told.put(change["new"]), "value")
        while "check " not in (line := told.get(timeout=GRADER)):
            pass
        doing = r"check [12] of 2, (says Hello, ada! in the room|greets .*)"
        assert re.fullmatch(f"<b>Checking your file</b>: {doing} …", line)
        while told.get(timeout=GRADER) != "Checked":
            pass
        assert "not started, 1 point" in str(panel._result.outputs)
        assert repr(panel) == "The checks of ex00 Say hello: run this cell to see what they say."


def test_every_section_that_a_card_leads_to_is_in_its_lesson() -> None:
    for exercise in MANIFEST:
        checks = (EXERCISES / exercise.checks).read_text(encoding="utf-8")
        assert [name for name in dict(exercise.sections) if f"\ndef {name}(" not in checks] == []
        of_messages = [exercise.read_again(section=section) for section in re.findall(r'\bsection="(.+?)"', checks)]
        for place in (exercise.read_again(), *map(exercise.read_again, dict(exercise.sections)), *of_messages):
            path, _, section = place.partition("#")
            cells = json.loads((COURSE / path).read_text(encoding="utf-8"))["cells"]
            texts = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
            assert not section or f"\n## {section}\n" in f"\n{texts}\n", f"{path} has no {section}"
