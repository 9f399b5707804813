"""Where words may stand: what arrows leave of a strip of the picture. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chatlab.trace.picture.drawn import Box, Drawn

CLEAR = 4.0  # between words and an arrow


def free_space(box: Box, arrow: Drawn, slanted: Sequence[Drawn]) -> Iterator[tuple[float, float]]:
    """From left to right: what is left of the width of `box` by all arrows but `arrow`."""
    taken = sorted(
        _crossing(other, box.top, box.bottom)
        for other in slanted
        if other.y1 <= box.bottom and other.y2 >= box.top and other is not arrow
    )
    left = box.left
    for start, end in taken:
        if start - CLEAR > left:
            yield left, min(start - CLEAR, box.right)
        left = max(left, end + CLEAR)
        if left >= box.right:
            return
    yield left, box.right


def _crossing(arrow: Drawn, top: float, bottom: float) -> tuple[float, float]:
    """From where to where it goes between the heights `top` and `bottom`."""
    slope = (arrow.x2 - arrow.x1) / (arrow.y2 - arrow.y1)
    ends = [arrow.x1 + slope * (max(top, arrow.y1) - arrow.y1), arrow.x1 + slope * (min(bottom, arrow.y2) - arrow.y1)]
    return min(ends), max(ends)
