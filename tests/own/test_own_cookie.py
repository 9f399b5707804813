"""The Cookies of ex17 at the door of a room to which a forger comes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chatlab.own import try_out
from tests.grading.course import EXERCISES, SOLUTIONS, WRONG

FILE = "ex17_a_cookie.py"


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of ex17 in a course of its own, which is the current directory. It is not started."""
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "exercises" / FILE


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Without the cookies, which are others each time."""
    return re.sub("[0-9a-f]{16}", "COOKIE", capsys.readouterr().out).splitlines()


def test_an_honest_person_comes_in_and_a_forger_does_not(exercise: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SOLUTIONS / FILE, exercise)
    try_out("ex17", 20)
    assert [re.sub(" {2,}", "  ", line) for line in lines_of(capsys)] == [
        "ada asks  SIGNUP_TAG:ada  -> PROVE_TAG:COOKIE",
        "ada shows her cookie  SIGNUP_TAG:ada COOKIE  -> ada joined!",
        "eve asks  SIGNUP_TAG:tom  -> PROVE_TAG:COOKIE",
        "eve, from another port  SIGNUP_TAG:tom COOKIE  -> PROVE_TAG:COOKIE",
        "eve, in few bytes  SIGNUP_TAG:tom  -> (nothing)",
        "bob asks  SIGNUP_TAG:bob  -> PROVE_TAG:COOKIE",
        "bob, 90 s later  SIGNUP_TAG:bob COOKIE  -> PROVE_TAG:COOKIE",
        "eve guesses 20 cookies: 0 let in",
        "eve forges 1,000 addresses: she sends 128,000 bytes, and the room sends 26,000 to others",
        "In the room: ada",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("leaves_the_port_out", "In the room: ada, tom"),
        ("is_good_for_ever", "In the room: ada, bob"),
        ("answers_nothing_for_a_wrong_one", "holds answered None: True or False is wanted"),
        ("challenges_with_a_text", "challenge answered 'PROVE_TAG:COOKIE': bytes are wanted"),
        ("has_another_secret_each_time", "In the room: nobody"),
    ],
)
def test_what_goes_wrong_is_seen(exercise: Path, capsys: pytest.CaptureFixture[str], answer: str, told: str) -> None:
    shutil.copy(WRONG / "ex17" / f"{answer}.py", exercise)
    try_out("ex17", 0)
    assert lines_of(capsys)[-1] == told
