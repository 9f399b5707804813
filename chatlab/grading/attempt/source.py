"""What stands in a learner's file, read without running it."""

from __future__ import annotations

import ast
import gc
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 1_000_000


def is_plain_file(path: Path) -> bool:
    """Whether to read it: no folder, link to a device or pipe, and not larger than MOST_BYTES. Raises OSError."""
    status = path.stat()
    return stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES


def parsed(source: str, file: str = "<unknown>") -> ast.Module:
    """Raises SyntaxError. No garbage is collected meanwhile: a finalizer of the learner's, such as that of an event
    loop, would make Python 3.11 fail with "recursion depth mismatch".
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source, file)
    finally:
        if was_enabled:
            gc.enable()


def fingerprint(source: str) -> str:
    """A short text that is the same for files which differ only in comments, docstrings and layout.

    The stub's is in the manifest, as learners write into the stub itself.
    """
    tree = parsed(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[:1] = [] if node.body[1:] else [ast.Pass()]
    return f"{zlib.crc32(ast.unparse(tree).encode()):08x}"


def begins_a_function(source: str, line: int) -> bool:
    """Whether a function's first statement, not counting its docstring, is in that line."""
    return any(statements and statements[0].lineno == line for _, statements in _functions(source))


def code_below(source: str, line: int) -> bool:
    """Whether the statement in that line has others below it, in the same function and as deep."""
    return any(statement.lineno == line for _, statements in _functions(source) for statement in statements[:-1])


def written_above(source: str, line: int) -> list[str]:
    """The functions above that line that have code of their own."""
    return [
        name
        for name, statements in _functions(source)
        if name != "__init__" and statements and statements[-1].lineno < line and not _is_to_be_written(statements)
    ]


def _functions(source: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Each function's name, and its statements without the docstring."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.body[1:] if ast.get_docstring(node) is not None else node.body


def _is_to_be_written(statements: list[ast.stmt]) -> bool:
    return isinstance(statements[0], ast.Raise | ast.Pass)
