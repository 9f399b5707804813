"""What other systems read of this course (GitHub Classroom, dev containers, Binder) names what is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import yaml

from chatlab.panels.setup_check import PYTHON
from tests.grading.course import COURSE, MANIFEST
from tests.systems import not_here

# Of devContainer.base.schema.json (https://containers.dev/implementors/json_schema/), those that are used here.
DEV_CONTAINER = {
    "name": str,
    "image": str,
    "postCreateCommand": str,
    "forwardPorts": list,
    "portsAttributes": dict,
    "customizations": dict,
}


def test_github_classroom_has_a_test_for_each_exercise() -> None:
    text = (COURSE / ".github" / "workflows" / "classroom.yml").read_text(encoding="utf-8")
    [job] = yaml.safe_load(text)["jobs"].values()
    graders: list[dict[str, Any]] = [step for step in job["steps"] if "command-grader" in step.get("uses", "")]
    assert {step["id"]: step["with"] for step in graders} == {
        exercise.key: {
            "test-name": f"{exercise.key} {exercise.title}",
            "command": f"pytest exercises/{exercise.file}",
            "timeout": 5,  # minutes
            "max-score": exercise.points,
        }
        for exercise in MANIFEST
    }
    reporter = job["steps"][-1]
    assert reporter["with"]["runners"].split(",") == [exercise.key for exercise in MANIFEST]
    assert reporter["env"] == {
        f"{key.upper()}_RESULTS": f"${{{{ steps.{key}.outputs.result }}}}" for key in (e.key for e in MANIFEST)
    }
    [install] = [step["run"] for step in job["steps"] if "run" in step]
    [extra] = re.findall(r'^pip install -e "\.\[(\w+)\]"$', install)
    assert f"\n{extra} = [" in (COURSE / "pyproject.toml").read_text(encoding="utf-8")


def test_a_dev_container_is_made_as_the_readme_says() -> None:
    settings = json.loads((COURSE / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert {name: type(value) for name, value in settings.items()} == DEV_CONTAINER
    assert f"{settings['postCreateCommand']} && " in (COURSE / "README.md").read_text(encoding="utf-8")
    assert list(settings["portsAttributes"]) == list(map(str, settings["forwardPorts"]))


def test_binder_installs_what_a_learner_installs() -> None:
    """repo2docker installs the file from inside the course's folder; a line with -r is read from beside the file."""
    binder = COURSE / ".binder"
    [included] = re.findall(r"^-r (.+)$", (binder / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert (binder / included).resolve() == (COURSE / "requirements.txt").resolve()
    version = re.fullmatch(r"python-(\d+)\.(\d+)\n", (binder / "runtime.txt").read_text(encoding="utf-8"))
    assert version is not None
    assert tuple(map(int, version.groups())) >= PYTHON


@not_here(sys.platform == "win32", "Binder runs Linux")
def test_binder_builds_no_image_in_which_something_is_missing() -> None:
    build = COURSE / ".binder" / "postBuild"
    assert build.stat().st_mode & 0o111
    for options, code in [(("-S",), 1), ((), 0)]:
        command = build.read_text(encoding="utf-8").replace("python -c", " ".join((sys.executable, *options, "-c")))
        run = subprocess.run(["bash", "-c", command], cwd=COURSE, capture_output=True, text=True, check=False)
        assert run.returncode == code, run.stdout + run.stderr
