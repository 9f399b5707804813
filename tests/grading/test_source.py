"""What stands in a learner's file, read without running it."""

from __future__ import annotations

import ast
import gc
from typing import Any

import pytest

from chatlab.grading.attempt.source import parsed


def test_no_garbage_is_collected_while_a_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    parse, enabled = ast.parse, []

    def watched(*arguments: Any) -> Any:
        enabled.append(gc.isenabled())
        return parse(*arguments)

    monkeypatch.setattr(ast, "parse", watched)
    parsed("x = 1")
    with pytest.raises(SyntaxError):
        parsed("x =")
    assert (enabled, gc.isenabled()) == ([False, False], True)
