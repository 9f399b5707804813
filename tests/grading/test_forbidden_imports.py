"""What an exercise may not import is named, with its line; all else may be imported."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from chatlab.grading.attempt.explain import explain
from chatlab.grading.attempt.forbidden_imports import Fenced, keep_out
from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.course import Exercise
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS, each_exercise

FENCE = ("chatlab.room.room", "chatlab.udp.protocol.parse_request")


@pytest.mark.parametrize(
    ("source", "line", "named"),
    [
        ("import chatlab.room.room", 1, "chatlab.room.room"),
        ("x = 1\nfrom chatlab.room import room", 2, "chatlab.room.room"),
        ("from chatlab.room.room import Room as R", 1, "chatlab.room.room.Room"),
        ("def f():\n    from chatlab.room.room import *", 2, "chatlab.room.room"),
        ("from chatlab.udp.protocol import Say, parse_request as p", 1, "chatlab.udp.protocol.parse_request"),
        ("from chatlab.udp.protocol import *", 1, "chatlab.udp.protocol"),
        ("import chatlab.udp.protocol as p\np.Say\np.parse_request(b'')", 3, "chatlab.udp.protocol.parse_request"),
        ("import chatlab.udp.protocol\nchatlab.udp.protocol.parse_request", 2, "chatlab.udp.protocol.parse_request"),
        ("from chatlab.udp import protocol\nprotocol.parse_request", 2, "chatlab.udp.protocol.parse_request"),
        ("import solutions", 1, "solutions"),
        ("from solutions.ex03_who_hears_what import Room", 1, "solutions.ex03_who_hears_what.Room"),
    ],
)
def test_what_is_fenced_is_named_with_its_line(source: str, line: int, named: str) -> None:
    with pytest.raises(Fenced) as caught:
        keep_out(source, "ex.py", FENCE)
    assert caught.value.saw.startswith(f"{named} is ")
    assert caught.value.line == line


@pytest.mark.parametrize(
    "source",
    [
        "from chatlab.udp.protocol import Say, SignUp\nparse_request = Say",
        "import chatlab.udp.protocol as p\np.Say('parse_request')",
        "import chatlab.roommates, mysolutions",
        "from chatlab.rooms import Room",
        "room = object()\nroom.solutions",
        "from .solutions import x",
    ],
)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    keep_out(source, "ex.py", FENCE)


def test_the_message_says_file_line_and_code(tmp_path: Path) -> None:
    (tmp_path / "ex.py").write_text("import os\nimport chatlab.room.room\n", encoding="utf-8")
    file = LearnerFile(tmp_path / "ex.py", FENCE)
    with pytest.raises(Fenced) as caught:
        file.load()
    assert explain(caught.value, file).where == "ex.py, line 2\n    import chatlab.room.room"


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_stubs_and_solutions_keep_to_their_fences(exercise: Exercise) -> None:
    for folder in (EXERCISES, SOLUTIONS):
        keep_out((folder / exercise.file).read_text(encoding="utf-8"), exercise.file, exercise.fence)


@pytest.mark.parametrize("exercise", MANIFEST, ids=each_exercise)
def test_what_a_fence_names_is_there(exercise: Exercise) -> None:
    for name in exercise.fence:
        module, _, inside = name.rpartition(".")
        assert hasattr(import_module(module), inside) or import_module(name), name
