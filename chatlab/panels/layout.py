"""Panels beside each other."""

from __future__ import annotations

import ipywidgets

from chatlab.panels.live_panel import LivePanel
from chatlab.panels.style import sheet


class SideBySide(ipywidgets.HBox):
    """Panels in a row, all of the same width; where the page is too narrow, they stand below each other."""

    def __init__(self, *panels: ipywidgets.DOMWidget) -> None:
        for panel in panels:
            panel.layout.flex = "1 1 220px"
        super().__init__(panels, layout={"flex_flow": "row wrap", "grid_gap": "12px"})
        self.add_class("chatlab-side-by-side")

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.children))


class OneScreen(ipywidgets.VBox):
    """Columns of panels that together are as high as the part of a page that can be seen at once.

    The first column is the narrow one, unless there are people in the last one too. In each the panels that can share
    its height do: people, and pictures.
    """

    def __init__(self, *columns: list[ipywidgets.DOMWidget]) -> None:
        self._columns = columns
        boxes = [ipywidgets.VBox(column) for column in columns]
        super().__init__([sheet("screen"), ipywidgets.HBox(boxes)])
        self.add_class("chatlab-screen")

    def __repr__(self) -> str:
        """What else there is, such as sliders of a lesson's own, would say far too much of itself."""
        panels = [panel for column in self._columns for panel in column]
        return " | ".join(repr(panel) if isinstance(panel, LivePanel) else type(panel).__name__ for panel in panels)


def side_by_side(*panels: ipywidgets.DOMWidget | list[ipywidgets.DOMWidget]) -> SideBySide | OneScreen:
    """Show `panels` beside each other. A list of panels is a column; then all of it fits on one screen."""
    if any(isinstance(panel, list) for panel in panels):
        return OneScreen(*(panel if isinstance(panel, list) else [panel] for panel in panels))
    return SideBySide(*panels)
