"""The bar that moves while a cell runs."""

from __future__ import annotations

import pytest

from chatlab.panels import progress, show_progress


def test_what_is_returned_moves_the_bar_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[progress.Progress] = []
    monkeypatch.setattr(progress, "display", shown.append)
    tell = show_progress()
    [bar] = shown
    seen = []
    for share, what in ((0.25, "threads: 10 clients talk"), (1.0, "measured")):
        tell(share, what)
        seen.append([child.value for child in bar.children])
    assert seen == [[0.25, "threads: 10 clients talk"], [1.0, "measured"]]
    assert repr(bar) == "A bar that moved while the cell ran"
