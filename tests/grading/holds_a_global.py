"""For test_sharing: classes that keep what they know in their file."""

from __future__ import annotations

import re
from typing import Any

WORD = re.compile("word")
NAMES = ("ada", "bob")
Table = dict[str, str]
TABLE: Any = {}


class Room:
    """Two of it know the same."""


class Other:
    """So does this."""

    def __init__(self) -> None:
        self.table = TABLE
