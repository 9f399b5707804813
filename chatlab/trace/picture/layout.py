"""Where everything goes on the picture of a message ladder. Pure: a ladder to coordinates, in pixels."""

from __future__ import annotations

from chatlab.trace.picture.by_events import BREAK, arrange_by_events
from chatlab.trace.picture.by_time import arrange_by_time
from chatlab.trace.picture.drawn import Drawn, Layout
from chatlab.trace.picture.ladder import Ladder
from chatlab.trace.picture.row import Row

GAPS = {2: 340.0, 3: 260.0, 4: 220.0}  # between the parties' lines, by the number of parties
MANY = 190.0  # if there are more
LEAST, LEAST_BY_TIME = 150.0, 100.0
# Beside the outermost lines, about: for what became of a message; by time, for its words, too.
EDGES, EDGES_BY_TIME = 150.0, 590.0
# How small a live picture by time may be shown: its labels are then 9 pixels high.
SMALLEST = 0.85
NOTEBOOK = 830.0  # pixels across a cell in a window of 1280
NARROWER = 0.65  # by time, for no words stand between the lines


def lay_out(ladder: Ladder, *, live: bool = False, within: float | None = None) -> Layout:
    """A live picture has no numbers, which would change all the time, and says by how much a datagram was late.

    `within`: how many pixels there are across; where no time is drawn they are filled. By time, words are cut
    to what is left of them, and a live picture may be a little wider: whoever shows it makes it smaller.
    """
    scale = ladder.scale
    gap = GAPS.get(len(ladder.parties), MANY)
    gaps = max(1, len(ladder.parties) - 1)
    most = (within or NOTEBOOK) / (SMALLEST if scale and live else 1)
    if scale:
        gap = min(gap * NARROWER, max(LEAST_BY_TIME, (most - EDGES_BY_TIME) / gaps))
    elif within:
        gap = max(LEAST, (within - EDGES) / gaps)
    columns = {party: index * gap for index, party in enumerate(ladder.parties)}
    arrows = [_level(row, columns) for row in ladder.rows]
    if scale:
        return arrange_by_time(arrows, columns, scale, live=live, within=most)
    return arrange_by_events(arrows, columns, ladder.heights, live=live)


def _level(row: Row, columns: dict[str, float]) -> Drawn:
    """The arrow of `row`, which has no height yet."""
    ends = columns[row.source], columns[row.destination]
    path = sorted(x for x in columns.values() if min(ends) <= x <= max(ends))
    if len(path) == 1:  # two ends of one name; it stays between the parties' lines
        path.append(path[0] - 40 if path[0] == max(columns.values()) > 0 else path[0] + 40)
    elif ends[0] > ends[1]:
        path.reverse()
    tip = path[-2] + BREAK * (path[-1] - path[-2]) if not row.has_arrived else path[-1]
    return Drawn(row, tuple(path), path[0], 0.0, tip, 0.0)
