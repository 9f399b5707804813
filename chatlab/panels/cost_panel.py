"""What a chat of many people costs, with sliders: the model of `chatlab.tcp.cluster.cost`."""

from __future__ import annotations

import ipywidgets

from chatlab.tcp.cluster.cost import table

POWERS = [10**power for power in range(8)]
TALK = (0.1, 0.5, 1, 5, 20)  # lines a minute


class CostPanel(ipywidgets.VBox):
    """How many people, in how many rooms, say how much; and a line of what that costs."""

    def __init__(self) -> None:
        self.people = _slider("People", POWERS[1:], 1000)
        self.rooms = _slider("Rooms", POWERS, 1)
        self.lines = _slider("Lines a minute", TALK, 1)
        self.by_count = ipywidgets.Checkbox(description="Who is here: by number only")
        self.costs = ipywidgets.HTML()
        controls = [self.people, self.rooms, self.lines, self.by_count]
        super().__init__([*controls, self.costs])
        for control in controls:
            control.observe(self._show, "value")
        self._show()

    def __repr__(self) -> str:
        return "Cost panel: sliders for people, rooms and talk"

    def _show(self, _change: object = None) -> None:
        by_count = self.by_count.value
        costs = table([self.people.value], self.rooms.value, self.lines.value, by_count=by_count)
        self.costs.value = f"<pre>{costs}</pre>"


def _slider(description: str, choices: list[int] | tuple[float, ...], value: float) -> ipywidgets.SelectionSlider:
    return ipywidgets.SelectionSlider(
        options=[(f"{choice:,}", choice) for choice in choices],
        value=value,
        description=description,
        style={"description_width": "110px"},
        layout={"width": "420px"},
    )
