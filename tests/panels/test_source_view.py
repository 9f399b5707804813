"""Source in a notebook: what is in the file, whole, with the name of the file, and nothing that isn't chatlab's."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from chatlab.panels import show_source
from chatlab.room.events import Said
from chatlab.room.room import Room
from chatlab.room.text import clean


def test_the_text_twin_is_the_source_and_where_it_is_from() -> None:
    assert repr(show_source(clean)) == f"# chatlab/room/text.py: clean\n{inspect.getsource(clean).rstrip()}"


def test_a_method_is_shown_without_the_indent_of_its_class() -> None:
    heading, first, second = repr(show_source(Room.leave)).splitlines()[:3]
    assert heading == "# chatlab/room/room.py: Room.leave"
    assert first.startswith("def leave(self")
    assert second.startswith("    ")


def test_a_class_is_shown_with_its_decorator() -> None:
    assert "@dataclass(frozen=True, slots=True)\nclass Said:" in repr(show_source(Said))


def test_several_parts_follow_each_other_in_the_order_that_was_asked_for() -> None:
    view = show_source(Room.say, clean)
    markdown = view._repr_markdown_()
    assert markdown.count("```python\n") == markdown.count("\n```") / 2 == 2
    assert markdown.index("chatlab/room/room.py: Room.say") < markdown.index("chatlab/room/text.py: clean")
    assert repr(view).index("def say") < repr(view).index("def clean")


def test_only_chatlab_is_shown() -> None:
    with pytest.raises(AssertionError, match=r"Path\.exists is not a part of chatlab"):
        show_source(Path.exists)
