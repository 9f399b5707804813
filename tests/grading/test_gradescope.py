"""results.json as Gradescope wants it: https://gradescope-autograders.readthedocs.io/en/latest/specs/"""

from __future__ import annotations

from chatlab.grading.reports.gradescope import results_json
from chatlab.grading.verdict import CheckResult, Grade, Message, State
from tests.grading.course import MANIFEST

MESSAGE = Message("Did.", "Saw.", "Means.", transcript="ada → bob  2 B  hi")


def test_a_test_for_each_exercise() -> None:
    done = Grade(MANIFEST[0], (CheckResult("a", State.DONE, None),))
    wrong = Grade(MANIFEST[1], (CheckResult("a", State.NOT_YET_RIGHT, MESSAGE), CheckResult("b", State.WAITING, None)))
    untouched = Grade(MANIFEST[2], (CheckResult("a", State.NOT_STARTED, MESSAGE),))
    results = results_json([done, wrong, untouched], 12.4)
    assert results["execution_time"] == 12
    tests = results["tests"]
    assert [(test["score"], test["max_score"], test["status"]) for test in tests] == [
        (MANIFEST[0].points, MANIFEST[0].points, "passed"),
        (0, MANIFEST[1].points, "failed"),
        (0, MANIFEST[2].points, "failed"),
    ]
    assert tests[1]["name"] == f"{MANIFEST[1].key} {MANIFEST[1].title}"
    assert "Did.\nSaw.\nMeans.\n\nWhat went each way, up to here:\n    ada → bob  2 B  hi" in tests[1]["output"]
    assert tests[2]["output"].endswith("not started.")
