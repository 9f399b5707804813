"""The sliders of what a chat of many people costs."""

from __future__ import annotations

from chatlab.panels import CostPanel
from chatlab.tcp.cluster.cost import table


def test_each_control_changes_what_it_costs() -> None:
    panel = CostPanel()
    seen = [panel.costs.value]
    for control, value in ((panel.people, 100_000), (panel.rooms, 100), (panel.lines, 20), (panel.by_count, True)):
        control.value = value
        seen.append(panel.costs.value)
    assert len(set(seen)) == len(seen)
    assert seen[-1] == f"<pre>{table([100_000], 100, 20, by_count=True)}</pre>"
    assert repr(panel) == "Cost panel: sliders for people, rooms and talk"
