"""Not started is the stub itself, and nothing else: whoever has written something is told what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading.small_course import STUB, SmallCourse

CHECKS = """
    def test_it(learner):
        learner.f()
"""


def first_check(answer: str, folder: Path) -> tuple[str, str, str]:
    [check] = SmallCourse(folder, CHECKS, answer).run("-n0")
    return check["state"], check["message"]["saw"], check["message"]["means"]


@pytest.mark.parametrize("answer", [STUB, f"# mine\n{STUB}", STUB.replace(":\n", ":\n    '''To do.'''\n\n")])
def test_the_stub_is_not_started(answer: str, tmp_path: Path) -> None:
    state, saw, _ = first_check(answer, tmp_path)
    assert (state, saw) == ("not started", "ex90_small.py still raises NotImplementedError.")


@pytest.mark.parametrize(
    ("answer", "saw", "means"),
    [
        (
            f"import json\n{STUB}",
            "f still raises NotImplementedError (line 3).",
            "Write your code in place of that line.",
        ),
        (
            f"def e(): return 1\n{STUB}",
            "e is written. Next: f still raises NotImplementedError (line 3).",
            "Write your code in place of that line.",
        ),
        (
            f"def d(): return 1\ndef e(): return 1\n{STUB}",
            "d and e are written. Next: f still raises NotImplementedError (line 4).",
            "Write your code in place of that line.",
        ),
        (
            f"{STUB}    return 1\n",
            "f still raises NotImplementedError (line 2).",
            "The code below that line is never reached: delete the line.",
        ),
        (
            "def f():\n    x = 1\n    raise NotImplementedError\n",
            "f still raises NotImplementedError (line 3).",
            "Your code came as far as that line: delete it, or write there what is still missing.",
        ),
    ],
)
def test_work_that_is_there_is_seen(answer: str, saw: str, means: str, tmp_path: Path) -> None:
    assert first_check(answer, tmp_path) == ("not yet right", saw, means)
