"""Panels beside each other."""

from __future__ import annotations

import ipywidgets


class SideBySide(ipywidgets.HBox):
    """Panels in a row, all of the same width; where the page is too narrow, they stand below each other."""

    def __init__(self, *panels: ipywidgets.DOMWidget) -> None:
        for panel in panels:
            panel.layout.flex = "1 1 220px"
        super().__init__(panels, layout={"flex_flow": "row wrap", "grid_gap": "12px"})
        self.add_class("chatlab-side-by-side")

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.children))


def side_by_side(*panels: ipywidgets.DOMWidget) -> SideBySide:
    """Show `panels` beside each other."""
    return SideBySide(*panels)
