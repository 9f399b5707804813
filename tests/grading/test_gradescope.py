"""results.json as Gradescope wants it: https://gradescope-autograders.readthedocs.io/en/latest/specs/"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chatlab.grading import gradescope_zip
from chatlab.grading.grade import Grade
from chatlab.grading.reports.gradescope import results_json
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.course import COURSE, MANIFEST, SOLUTIONS
from tests.systems import not_here

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


def test_what_private_checks_say_is_hidden_from_students() -> None:
    secret = Message("Did the secret.", "Saw the secret.", "Means the secret.")
    checks = (CheckResult("a", State.DONE, None), CheckResult("the secret", State.NOT_YET_RIGHT, secret, True))
    shown, hidden = results_json([Grade(MANIFEST[0], checks)], 1)["tests"]
    assert (shown["score"], shown["visibility"], hidden["visibility"]) == (0, "visible", "hidden")
    assert "0 of 1 private check passed" in shown["output"]
    assert "secret" not in shown["output"]
    assert "not yet right: the secret\nDid the secret." in hidden["output"]
    assert (hidden["status"], hidden.get("score")) == ("failed", None)


@not_here(sys.platform == "win32", "Gradescope runs Linux")
def test_the_zip_grades_what_was_uploaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folders of Gradescope's documentation; setup.sh's part is done by this environment."""
    private = tmp_path / "private"
    private.mkdir()
    check = 'def test_secret(learner):\n    "the secret"\n    assert learner.greet\n'
    (private / MANIFEST[0].checks).write_text(check, encoding="utf-8")
    root = tmp_path / "autograder"
    for folder in ("source", "submission", "results", "venv/bin"):
        (root / folder).mkdir(parents=True)
    monkeypatch.chdir(COURSE)
    assert gradescope_zip.main([str(tmp_path / "autograder.zip"), f"--checks={private}"]) == 0
    with zipfile.ZipFile(tmp_path / "autograder.zip") as packed:
        packed.extractall(root / "source")
        assert {info.filename for info in packed.infolist() if info.external_attr >> 16 == 0o755} == {
            "setup.sh",
            "run_autograder",
        }
    (root / "venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    (root / "venv" / "bin" / "python").chmod(0o755)
    shutil.copy(SOLUTIONS / MANIFEST[0].file, root / "submission")
    run = subprocess.run(
        ["bash", str(root / "source" / "run_autograder")],
        env=os.environ | {"AUTOGRADER": str(root), "PYTHONPATH": str(root / "source" / "course")},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    tests = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))["tests"]
    assert [(test["name"], test["status"]) for test in tests[:2]] == [
        ("ex00 Say hello", "passed"),
        ("ex00 private checks", "passed"),
    ]
    assert "not handed in." in tests[2]["output"]


def test_a_folder_of_private_checks_that_check_nothing_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(COURSE)
    with pytest.raises(SystemExit):
        gradescope_zip.main([str(tmp_path / "autograder.zip"), f"--checks={tmp_path}"])
    assert f"{tmp_path} holds no checks" in capsys.readouterr().err
    assert not (tmp_path / "autograder.zip").exists()
