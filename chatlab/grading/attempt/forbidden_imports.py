"""What an exercise may not import: chatlab's own answer to it, and the course's model answers.

The source is read before any of it runs. That stops an import that was typed without thinking; importlib and the like
are not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from chatlab.grading.attempt.source import parsed
from chatlab.grading.verdict import NotYetRight

MODEL_ANSWERS = "solutions"


class Fenced(NotYetRight):
    """`line`: the line of the file that uses what is fenced."""

    def __init__(self, saw: str, means: str, line: int) -> None:
        super().__init__(saw, means)
        self.line = line


def keep_out(source: str, file: str, fence: Sequence[str]) -> None:
    """Raises Fenced if `source`, the text of `file`, uses anything in `fence`: modules, or names in a module.

    Raises SyntaxError if `source` is no Python.
    """
    for line, name in _used(parsed(source, file)):
        if _within(name, MODEL_ANSWERS):
            saw = f"{name.removesuffix('.*')} is imported, and `{MODEL_ANSWERS}` holds the model answers."
            raise Fenced(saw, "Write your own first, and compare afterwards; the hints help on the way.", line)
        for fenced in fence:
            if _within(name, fenced):
                saw = f"{name.removesuffix('.*')} is used, which is chatlab's own answer to this exercise."
                raise Fenced(
                    saw, "Write that part yourself, and compare afterwards. All else of chatlab is yours.", line
                )


def _within(name: str, fenced: str) -> bool:
    """Whether `name` is `fenced` or inside it, or is everything (`module.*`) of the module that has it."""
    return f"{name}.".startswith(f"{fenced}.") or (name.endswith(".*") and fenced.startswith(name[:-1]))


def _used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line, and the full dotted name, of each import and of each use of something inside a module."""
    modules: dict[str, str] = {}  # by the name that they have in the file
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name] = alias.name
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module = _dotted(node.value)
            if module in modules:
                yield node.lineno, f"{modules[module]}.{node.attr}"


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of such a name; '' of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return ".".join((node.id, *parts)) if isinstance(node, ast.Name) else ""
