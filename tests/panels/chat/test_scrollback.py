"""The log's rows and their colours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations

import pytest

from chatlab.panels.chat.scrollback import COLOURS, MAX_ROWS, Row, Scrollback
from chatlab.panels.style import ASSETS
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said

CSS = (ASSETS / "chat.css").read_text(encoding="utf-8")
# What --jp-layout-color1 is in JupyterLab's two themes.
BACKGROUNDS = {"light": "#ffffff", "dark": "#212121"}


def test_rows_are_numbered_and_only_the_last_are_kept() -> None:
    log = Scrollback()
    for number in range(1, MAX_ROWS + 11):
        log.add(Said("ada", str(number)))
    first, rows = log.after(0)
    assert (first, len(rows), rows[0].text, log.total) == (11, MAX_ROWS, "11", MAX_ROWS + 10)
    first, rows = log.after(MAX_ROWS + 8)
    assert (first, [row.text for row in rows]) == (MAX_ROWS + 9, [str(MAX_ROWS + 9), str(MAX_ROWS + 10)])


def test_the_page_keeps_as_many_rows() -> None:
    script = (ASSETS / "chat.js").read_text(encoding="utf-8")
    assert f"const MAX_ROWS = {MAX_ROWS};" in script


def test_nothing_new_is_no_rows() -> None:
    log = Scrollback()
    log.add(Said("ada", "hi"))
    assert log.after(1) == (2, [])


def test_a_note_is_a_row_of_nobody() -> None:
    log = Scrollback()
    log.note("kept")
    assert log.after(0) == (1, [Row("notice", "", 0, "kept")])


@pytest.mark.parametrize(
    ("event", "kind", "nickname", "text"),
    [
        (Said("ada", "hi"), "said", "ada", "hi"),
        (Joined("ada"), "notice", "ada", "joined"),
        (Left("ada"), "notice", "ada", "left"),
        (Refused("too long"), "warning", "", "too long"),
        (Gone("it closed"), "warning", "", "it closed"),
    ],
)
def test_every_event_is_a_row(event: Event, kind: str, nickname: str, text: str) -> None:
    log = Scrollback()
    log.add(event)
    [row] = log.after(0)[1]
    assert (row.kind, row.nickname) == (kind, nickname)
    assert text in row.text


def test_colours_are_distinct_as_long_as_there_are_enough_and_stay() -> None:
    log = Scrollback()
    people = [f"person-{number}" for number in range(COLOURS)]
    colours = [log.colour(nickname) for nickname in people]
    assert sorted(colours) == list(range(COLOURS))
    log.colour("one-too-many")
    assert [log.colour(nickname) for nickname in people] == colours


def test_a_nickname_has_the_same_colour_in_everybodys_panel() -> None:
    mine, yours = Scrollback(), Scrollback()
    assert [mine.colour("ada"), mine.colour("bob")] == [yours.colour("bob"), yours.colour("ada")][::-1]


@pytest.mark.parametrize("theme", BACKGROUNDS)
def test_names_are_readable_and_no_two_colours_are_alike(theme: str) -> None:
    names = re.findall(r"--chatlab-\d+: (#\w{6});", CSS)
    colours = names[:COLOURS] if theme == "light" else names[COLOURS:]
    assert len(colours) == COLOURS
    # WCAG 2.2, success criterion 1.4.3: at least 4.5:1 for text of this size.
    assert min(contrast(colour, BACKGROUNDS[theme]) for colour in colours) >= 4.5
    assert min(sum(abs(a - b) for a, b in zip(rgb(x), rgb(y), strict=True)) for x, y in combinations(colours, 2)) > 0.15


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2, 0 to 1."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


NAMES = [f"member-{number}" for number in range(10)] + ["Zoë", "本"]
SHOW_COLOURS = (
    "import sys; from chatlab.panels.chat.scrollback import Scrollback as S; "
    "print(*[S().colour(n) for n in sys.argv[1:]])"
)


def test_a_nicknames_colour_does_not_depend_on_the_process() -> None:
    here = [Scrollback().colour(name) for name in NAMES]
    for seed in ("1", "2"):
        other = subprocess.run(
            [sys.executable, "-c", SHOW_COLOURS, *NAMES],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
            text=True,
        )
        assert [int(colour) for colour in other.stdout.split()] == here
