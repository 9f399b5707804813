"""The suite, stage by stage: what a server can do by the end of a lesson. A room in Ruby goes through all of TCP's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from chatlab.conformance.__main__ import SUITES, main
from chatlab.conformance.play import Play
from chatlab.conformance.suite import Suite
from chatlab.conformance.tcp import SUITE as TCP
from chatlab.conformance.udp import SUITE as UDP
from chatlab.room.addresses import Address
from tests.systems import not_here

ROOM = Path(__file__).parent / "elsewhere" / "room.rb"
RUBY = shutil.which("ruby")


@contextmanager
def ruby_room(lesson: int) -> Iterator[Address]:
    """The room in Ruby, as far as `lesson`."""
    command = [RUBY or "ruby", str(ROOM), str(lesson)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as room:
        assert room.stdout
        try:
            yield ("127.0.0.1", int(room.stdout.readline()))
        finally:
            room.kill()


def failures(suite: Suite, address: Address) -> Iterator[str]:
    for result in suite.run(address):
        if result.problem:
            yield f"{result.case.name}: {result.problem}"


@not_here(sys.platform == "win32", "the room in Ruby is built and judged on Linux")
@pytest.mark.skipif(sys.platform != "win32" and RUBY is None, reason="Ruby is not installed")
@pytest.mark.parametrize("lesson", TCP.lessons)
def test_a_room_in_another_language_passes_what_it_can_by_then(lesson: int) -> None:
    with ruby_room(lesson) as address:
        assert list(failures(TCP.by(lesson), address)) == []


@not_here(sys.platform == "win32", "the room in Ruby is built and judged on Linux")
@pytest.mark.skipif(sys.platform != "win32" and RUBY is None, reason="Ruby is not installed")
@pytest.mark.parametrize(("lesson", "later"), list(pairwise(TCP.lessons)))
def test_and_not_what_comes_later(lesson: int, later: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Play, "patience", 0.5)
    with ruby_room(lesson) as address:
        assert next(failures(TCP.by(later), address), None)


@pytest.mark.parametrize("suite", [UDP, TCP], ids=["udp", "tcp"])
def test_each_stage_has_cases_of_its_own_and_the_last_has_all(suite: Suite) -> None:
    names = [case.name for case in suite.cases]
    staged = [name for stage in suite.lessons.values() for name in stage]
    assert len(staged) == len(set(staged))
    assert set(staged) <= set(names)
    sizes = [len(suite.by(lesson).cases) for lesson in suite.lessons]
    assert sizes == sorted(set(sizes))
    assert suite.by(max(suite.lessons)).cases == suite.cases


@pytest.mark.parametrize("suite", [UDP, TCP], ids=["udp", "tcp"])
def test_what_comes_later_may_be_as_the_server_likes(suite: Suite) -> None:
    first = min(suite.lessons)
    earlier = {case.deviation for case in suite.by(first).cases}
    assert suite.by(first).presumed == {case.deviation for case in suite.cases if case.deviation} - earlier


def test_a_lesson_that_builds_no_server_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["tcp", "127.0.0.1:1", "--lesson", "9"])
    assert "no tcp server is built in lesson 9: 10, 11, 12, 13, 14" in capsys.readouterr().err


def test_the_page_names_each_stage() -> None:
    page = (Path(__file__).parents[2] / "chatlab" / "conformance" / "README.md").read_text(encoding="utf-8")
    for suite, _ in SUITES.values():
        for lesson in suite.lessons:
            assert f"\n| {lesson:02} " in page
