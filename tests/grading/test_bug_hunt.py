"""ex15: each of its eight mistakes stands for itself, and without them the room keeps to the whole protocol.

Its rooms are the stub with some of its mistakes mended, each by a patch of its own.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatlab.conformance.tcp import SUITE
from chatlab.grading.course import find_exercise
from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS
from tests.grading.many import grade_many

EXERCISE = find_exercise(MANIFEST, "ex15")
STUB = (EXERCISES / EXERCISE.file).read_text(encoding="utf-8")
# By the numbers of the reports: what is replaced, everywhere, by what. In this order, as 2 and 1 are in the same lines.
MENDS: dict[int, list[tuple[str, str]]] = {
    2: [
        (
            '            self.lines += self.buffer.split("\\n")[:-1]\n            self.buffer = ""\n',
            '            *lines, self.buffer = self.buffer.split("\\n")\n            self.lines += lines\n',
        )
    ],
    1: [
        ('data.decode("utf-8", "replace")', "data"),
        ('self.buffer = ""', 'self.buffer = b""'),
        ('"\\n" in self.buffer', 'b"\\n" in self.buffer'),
        ('self.buffer.split("\\n")', 'self.buffer.split(b"\\n")'),
        ('pop(0).removesuffix("\\r")', 'pop(0).removesuffix(b"\\r").decode("utf-8", "replace")'),
    ],
    3: [
        ("            if self.choose_nickname(member):\n                threading", "            threading"),
        (
            '"""Read what a member says, until it goes."""\n',
            '"""Get a nickname, and read what the member says, until it goes."""\n'
            "        if not self.choose_nickname(member):\n"
            "            return\n",
        ),
    ],
    4: [("        with self.lock:\n            here = [", "        here = [")],
    5: [
        (
            "        self.outbox.put(line)\n",
            "        try:\n"
            "            self.outbox.put_nowait(line)\n"
            "        except queue.Full:  # nobody waits for one who reads too slowly\n"
            "            self.end()\n",
        )
    ],
    6: [
        (
            "            member.end()  # the connection is lost",
            "            self.leave(member)  # the connection is lost",
        )
    ],
    7: [("for member in self.members:", "for member in list(self.members):")],
    8: [
        (
            '                line = text if ": " in text else f"{said.event.nickname}: {text}"\n'
            '                self.tell(said.hearers, f"{line}\\n".encode())',
            "                self.tell(said.hearers, build_answer(said.event))",
        )
    ],
}
ALL = frozenset(MENDS)


def mended(reports: frozenset[int]) -> str:
    """The stub with the mistakes mended that `reports` are about."""
    text = STUB
    for old, new in (patch for number, patches in MENDS.items() if number in reports for patch in patches):
        assert old in text
        text = text.replace(old, new)
    return text


def passed(grade: dict[str, Any]) -> frozenset[int]:
    """The reports whose checks pass."""
    return frozenset(int(c["title"].split()[1].strip(",")) for c in grade["checks"] if c["state"] == "done")


@pytest.mark.parametrize(
    "variants",
    [
        [frozenset({number}) for number in (1, 2, 3, 4)],
        [frozenset({number}) for number in (5, 6, 7, 8)],
        [ALL - {number} for number in sorted(ALL)],
        [frozenset({1, 4, 7}), frozenset({2, 3, 5, 8}), ALL],
    ],
    ids=["one-a", "one-b", "seven", "others"],
)
def test_a_check_passes_when_its_own_mistake_is_mended(variants: list[frozenset[int]], tmp_path: Path) -> None:
    answers = [tmp_path / f"{number}.py" for number in range(len(variants))]
    for answer, reports in zip(answers, variants, strict=True):
        answer.write_text(mended(reports), encoding="utf-8")
    grades = grade_many(EXERCISE.key, answers)
    assert [passed(grade) for grade in grades] == variants
    assert [grade["points"] for grade in grades] == [len(reports) for reports in variants]


def room_of(source: str, listener: socket.socket) -> Any:
    names: dict[str, Any] = {"__name__": EXERCISE.name}
    exec(compile(source, EXERCISE.file, "exec"), names)
    room = names["Server"](listener)
    room.start()
    return room


@pytest.mark.parametrize(
    "source", [lambda: mended(ALL), lambda: (SOLUTIONS / EXERCISE.file).read_text(encoding="utf-8")]
)
def test_the_mended_room_keeps_to_the_whole_protocol(source: Callable[[], str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        address = listener.getsockname()
        room = room_of(source(), listener)
        results = list(SUITE.run(address))
        room.close()
    assert [(result.case.name, result.problem) for result in results if result.problem] == []
    assert len(results) == sum(not case.slow for case in SUITE.cases)


def test_all_cases_belong_to_a_report_but_one() -> None:
    """Else a mend could break something that nobody looks at. That one needs two mistakes mended."""
    names: dict[str, Any] = {"__name__": "checks", "__file__": str(EXERCISES / EXERCISE.checks)}
    exec(compile((EXERCISES / EXERCISE.checks).read_text(encoding="utf-8"), EXERCISE.checks, "exec"), names)
    played = {name for cases in names["CASES"].values() for name in cases}
    assert {case.name for case in SUITE.cases if not case.slow} - played == {"who does not read is dropped"}
    assert played <= {case.name for case in SUITE.cases}


def test_no_linter_finds_a_mistake(tmp_path: Path) -> None:
    """Of all that ruff knows, it says the same of the stub and of the mended room, but for what the mends add."""
    found = []
    for name, text in ("stub", STUB), ("mended", mended(ALL)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=ALL", "--output-format=json"]
        run = subprocess.run([*command, f"{tmp_path / name}.py"], capture_output=True, encoding="utf-8", check=False)
        found.append({problem["code"] for problem in json.loads(run.stdout)})
    assert found[0] <= found[1]
