"""Waiting, for checks: in many short pieces instead of one long one.

On a busy machine a whole process may stand still for a second. Who waits for two seconds in one piece then gives up at
once when it goes on, although the code under check had no chance either. Of short pieces, only one is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

PIECE = 0.05  # seconds

Result = TypeVar("Result")


def patiently(wait: Callable[[float], Result], seconds: float) -> Result | None:
    """What `wait` returns, asked to wait for `seconds` in all; None if that is nothing true each time."""
    for _ in range(math.ceil(seconds / PIECE)):
        if result := wait(PIECE):
            return result
    return None
