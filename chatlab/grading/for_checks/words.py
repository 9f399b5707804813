"""The words that stand in a learner's file: one of them may be meant for a secret, and anybody can send it."""

from __future__ import annotations

import ast
from pathlib import Path

LONGEST = 40  # bytes


def words_in(file: Path) -> list[bytes]:
    """Each short text of `file`, as bytes, once."""
    values = (node.value for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Constant))
    words = [value.encode("utf-8", "replace") if isinstance(value, str) else value for value in values]
    return list(dict.fromkeys(word for word in words if isinstance(word, bytes) and len(word) <= LONGEST))
