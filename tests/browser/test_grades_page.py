"""The page of a class of 300, sorted, filtered and printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chatlab.grading.child import Outcome
from chatlab.grading.course import Exercise
from chatlab.grading.grade import Grade
from chatlab.grading.reports.class_page import write_page
from chatlab.grading.reports.class_row import Row
from chatlab.grading.verdict import CheckResult, Message, State
from tests.grading.course import MANIFEST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLASS = 300
EVERY = 3 * len(MANIFEST)  # of that many students, one is stuck at a given exercise
MESSAGE = Message("ada had sent '<hé>'.", "She got '3 characters'. Expected: '2 characters'.", "Count characters.")


def row(number: int) -> Row:
    """Every third student is done, every third stuck, each at another exercise; the others have handed in nothing."""
    name = f"student {number}"
    if number == 7:
        return Row(name, Outcome((), "no result. No space left on device"), 1.0)
    stuck = number // 3 % len(MANIFEST) if number % 3 == 1 else len(MANIFEST)

    def grade(place: int, exercise: Exercise) -> Grade:
        state = State.DONE if place < stuck else State.NOT_YET_RIGHT
        if number % 3 == 2:
            state = State.NOT_HANDED_IN
        message = MESSAGE if state is State.NOT_YET_RIGHT else None
        return Grade(exercise, (CheckResult("counts characters, not bytes", state, message),))

    return Row(name, Outcome(tuple(grade(place, exercise) for place, exercise in enumerate(MANIFEST))), 1.0)


@pytest.fixture(params=["light", "dark"])
def grades(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    write_page(tmp_path / "grades.html", [row(number) for number in range(CLASS)], MANIFEST)
    errors: list[str] = []
    scheme: Any = request.param
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "grades.html").as_uri())
    yield page
    page.close()
    assert errors == []


def names(page: Page) -> list[str]:
    shown: list[str] = page.locator("tbody tr:visible th").all_inner_texts()
    return shown


def test_it_is_sorted_and_filtered(grades: Page, screenshots: Path) -> None:
    theme = grades.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    assert len(names(grades)) == CLASS
    grades.screenshot(path=screenshots / f"grades-{theme}.png")
    points = grades.get_by_role("button", name="points of")
    points.click()
    assert names(grades)[:2] == ["student 7", "student 1"]  # not graded, then 0 points
    points.click()
    assert names(grades)[0] == f"student {CLASS - 3}"
    grades.get_by_role("button", name="student").click()
    assert names(grades)[:3] == ["student 0", "student 1", "student 2"]  # 2 before 10
    grades.get_by_label("Stuck at").select_option("ex03")
    assert names(grades) == [f"student {number}" for number in range(10, CLASS, EVERY)]
    assert grades.locator("#shown").inner_text() == f"{len(names(grades))} of {CLASS} shown"
    grades.locator("tbody tr:visible summary").first.click()
    assert "ada had sent '<hé>'." in grades.locator("tbody pre:visible").inner_text()
    grades.screenshot(path=screenshots / f"grades-filtered-{theme}.png")
    stuck = names(grades)
    grades.get_by_label("Name").fill("STUDENT 1")
    assert names(grades) == [name for name in stuck if name.startswith("student 1")] != stuck


def test_the_heading_stays_and_the_paper_has_no_controls(grades: Page, screenshots: Path) -> None:
    grades.mouse.wheel(0, 5000)
    grades.wait_for_function("scrollY > 1000")
    box = grades.locator("thead th").first.bounding_box()
    assert box
    assert 0 <= box["y"] < 5
    grades.emulate_media(media="print")
    assert not grades.get_by_label("Name").is_visible()
    assert "fail ex15: counts characters, not bytes" in grades.locator("ol").inner_text()
    grades.pdf(path=screenshots / "grades.pdf")
