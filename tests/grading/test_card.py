"""check("ex00") in a notebook: the card, its text twin, and what can go wrong around it."""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path

import pytest

from chatlab.grading import check, notebook
from tests.grading.course import EXERCISES, KEYS, MANIFEST, SOLUTIONS

FIRST = MANIFEST[0]
UNTOUCHED = f"""\
ex00 {FIRST.title}: not started (0 of 1 point)
{FIRST.objective}
  ○ says Hello, ada! in the room
  ○ greets whoever it is told to greet
About 5 minutes. Write your code here, save it, run this cell again: ../exercises/ex00_warm_up.py"""


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the exercise in a course of its own, seen from its notebooks."""
    exercises = shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return exercises / FIRST.file


def test_the_card_of_an_untouched_stub_is_the_same_everywhere(stub: Path) -> None:
    card = check("ex00")
    assert repr(card) == UNTOUCHED
    html = card._repr_html_()
    assert '<a href="../exercises/ex00_warm_up.py">' in html
    assert html == check("ex00")._repr_html_()
    assert str(stub.parents[1]) not in html


def test_hints_open_one_inside_the_other(stub: Path) -> None:
    html = check("ex00")._repr_html_()
    assert html.count("<details>") == 3
    assert html.index("Hint 1 of 3") < html.index("Hint 2 of 3") < html.index("Hint 3 of 3") < html.index("</details>")


def test_running_the_cell_again_checks_the_file_as_it_is_now(stub: Path) -> None:
    stub.write_text('def greet(client, nickname):\n    client.say("<img src=x onerror=alert(1)>")\n', encoding="utf-8")
    card = check("ex00")
    assert '"you: <img src=x onerror=alert(1)>"' in repr(card)
    assert "✗ says Hello, ada! in the room" in repr(card)
    assert "<img" not in card._repr_html_()
    assert "&lt;img" in card._repr_html_()
    shutil.copy(SOLUTIONS / FIRST.file, stub)
    card = check("ex00")
    assert repr(card).startswith(f"ex00 {FIRST.title}: done (1 of 1 point)")
    assert "Hint" not in card._repr_html_()


def test_what_is_done_gets_a_word_on_production(stub: Path) -> None:
    shutil.copy(SOLUTIONS / FIRST.file, stub)
    card = check("ex00")
    assert f"In production: {FIRST.production}" in repr(card)
    assert f"In production: {escape(FIRST.production)}" in card._repr_html_()
    assert "In production" not in UNTOUCHED


def test_a_card_shows_what_went_each_way(stub: Path) -> None:
    exercise = MANIFEST[1]
    stub = stub.with_name(exercise.file)
    stub.write_text(
        "def send_receipts(sock, count):\n    sock.sendto(b'<hm>', sock.recvfrom(9)[1])\n", encoding="utf-8"
    )
    card = check(exercise.key)
    assert "sock → ada  4 B  <hm>" in repr(card)
    assert "sock → ada  4 B  &lt;hm&gt;" in card._repr_html_()


def test_code_that_ends_python_is_located(stub: Path) -> None:
    stub.write_text("import os\nos._exit(0)\n", encoding="utf-8")
    card = repr(check("ex00"))
    assert "Your code ended the program: os._exit()." in card
    assert "ex00_warm_up.py, line 2" in card


def test_code_that_kills_python_kills_its_own_alone(stub: Path) -> None:
    stub.write_text("import os\nos.kill(os.getpid(), 9)\n", encoding="utf-8")
    assert "It ended its Python without a word." in repr(check("ex00"))


def test_a_computation_that_nothing_interrupts_is_located(stub: Path) -> None:
    stub.write_text("def greet(client, nickname):\n    return 10 ** 10 ** 10\n", encoding="utf-8")
    card = repr(check("ex00", limit=0.5))
    assert "It had not ended after 0.5 s, and nothing could interrupt it" in card
    assert "ex00_warm_up.py, line 2, in greet\n        return 10 ** 10 ** 10" in card


def test_no_result_in_time_is_said(stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "SECONDS", 0.01)
    assert repr(check("ex00")).startswith("ex00: no result after 0.01 s")


def test_the_environment_of_the_notebook_does_not_matter(stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    Path("socket.py").write_text("raise RuntimeError('not this one')\n", encoding="utf-8")
    stub.with_name("queue.py").write_text("raise RuntimeError('nor this one')\n", encoding="utf-8")
    assert repr(check("ex00")) == UNTOUCHED


def test_a_key_that_is_not_there_and_a_folder_that_is_elsewhere(
    stub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repr(check("ex99")) == f"there is no exercise 'ex99': choose from {KEYS}"
    shutil.rmtree(tmp_path / "exercises")
    assert repr(check("ex00")) == (
        f"no exercises/exercises.toml in {tmp_path / 'notebooks'} or above it: start from inside the course's folder"
    )
