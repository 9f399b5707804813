"""A part of chatlab's own code, as it is in its file now, for a lesson to explain."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import chatlab

Part = type | Callable[..., Any]


class SourceView:
    """The source of functions, methods or classes, with the name of the file that each is in.

    Shown as Markdown, so a notebook colours it as it colours its own cells, in every theme.
    """

    def __init__(self, *parts: Part) -> None:
        self._sections = [(_heading(part), dedent(inspect.getsource(part)).rstrip()) for part in parts]

    def __repr__(self) -> str:
        return "\n\n".join(f"# {heading}\n{source}" for heading, source in self._sections)

    def _repr_markdown_(self) -> str:
        return "\n\n".join(f"`{heading}`\n\n```python\n{source}\n```" for heading, source in self._sections)


def show_source(*parts: Part) -> SourceView:
    """Show the source of `parts`, each a function, a method or a class of chatlab."""
    return SourceView(*parts)


def _heading(part: Part) -> str:
    """`chatlab/room/room.py: Room.join`"""
    package = chatlab.__name__
    assert part.__module__.partition(".")[0] == package, f"{part.__qualname__} is not a part of {package}"
    return f"{part.__module__.replace('.', '/')}.py: {part.__qualname__}"
