"""The code that a lesson gives away for its exercise stands, line by line, in an answer that is right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.grading.course import COURSE

RIGHT = Path(__file__).parent / "right"
GIVEN = "takes_what_the_lesson_gives.py"
FENCED = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def stripped(code: str) -> str:
    return "\n".join(line.strip() for line in code.splitlines())


@pytest.mark.parametrize("lesson", ["11_many_clients", "14_the_tcp_chatroom"])
def test_what_a_lesson_gives_is_right(lesson: str) -> None:
    cells = json.loads((COURSE / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    answer = stripped((RIGHT / f"ex{lesson[:2]}" / GIVEN).read_text(encoding="utf-8"))
    given = FENCED.findall(text)
    assert given
    assert [code for code in given if stripped(code) not in answer] == []
