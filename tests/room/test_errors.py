"""Errors have one root, and one file."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import chatlab
from chatlab.room import errors
from chatlab.room.errors import ChatlabError

HERE = Path(chatlab.__file__).parent
# How a check of the grader or a case of the conformance suite ends is no error: no user sees these.
PRIVATE = ("conformance", "grading")

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def raises_from(file: Path) -> list[str]:
    """The classes in `file` whose bases are called like errors."""
    return [
        node.name
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(re.search(r"(Error|Exception|Refusal)$", ast.unparse(base)) for base in node.bases)
    ]


def test_all_are_in_one_file() -> None:
    files = {file.relative_to(HERE): file for file in HERE.rglob("*.py") if file != Path(errors.__file__)}
    elsewhere = {name: raises_from(file) for name, file in files.items() if name.parts[0] not in PRIVATE}
    assert {name: found for name, found in elsewhere.items() if found} == {}


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    said = re.findall(r"^    ( *)(\w+)(?: \((\w+)\))?(?:  |$)", errors.__doc__ or "", flags=re.M)
    above: dict[int, str] = {}
    tree = {}
    for indent, name, builtin in said:
        above[len(indent)] = name
        tree[name] = [above.get(len(indent) - 2, "Exception"), *([builtin] if builtin else [])]
    assert tree == {kind.__name__: [base.__name__ for base in kind.__bases__] for kind in CLASSES}


@pytest.mark.parametrize("kind", CLASSES)
def test_each_carries_its_line(kind: type[ChatlabError]) -> None:
    assert str(kind("port 80 is taken: choose another")) == "port 80 is taken: choose another"
