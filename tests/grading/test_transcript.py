"""What crossed a wire, as lines: nothing hidden, nothing that acts on a screen, only the last of it."""

from __future__ import annotations

from pathlib import Path

from chatlab.grading.attempt.transcript import Crossing, transcript
from tests.grading.small_course import SmallCourse


def test_a_line_says_who_to_whom_how_many_bytes_and_which() -> None:
    crossings = [
        Crossing("ada", "server", b"caf\xc3\xa9\n"),
        Crossing("server", "ada", b""),
        Crossing("a", "b", b"\xff" * 10),
    ]
    assert transcript(crossings) == [
        "ada → server   6 B  café\\n",
        "server → ada   0 B",
        f"a → b         10 B  {chr(92)}xff" + r"\xff" * 9,
    ]


def test_long_data_is_cut() -> None:
    [line] = transcript([Crossing("a", "b", b"x" * 65_507)])
    assert line.startswith("a → b  65507 B  xxx")
    assert line.endswith("x…")
    assert len(line) < 100


def test_a_failed_check_ends_with_the_last_lines(tmp_path: Path) -> None:
    checks = """
        def test_it(learner, attempt):
            for number in range(100):
                attempt.crossed("ada", "server", b"%d" % number)
            learner.f()
    """
    course = SmallCourse(tmp_path, checks, "def f():\n    1 / 0\n")
    assert course.message("-n0")["transcript"].splitlines() == [f"ada → server  2 B  {n}" for n in range(88, 100)]
