"""For test_sharing: a class that keeps what it knows in its file."""

from __future__ import annotations

import re
from typing import Any

WORD = re.compile("word")
NAMES = ("ada", "bob")
Table = dict[str, str]
TABLE: Any = {}


class Room:
    """Two of it know the same."""
