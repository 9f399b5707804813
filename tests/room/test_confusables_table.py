"""`chatlab/room/confusables.txt` is what the script beside this file makes."""

from __future__ import annotations

from pathlib import Path

import chatlab.room.nicknames

from .confusables_table import table


def test_the_table_of_lookalikes_is_what_the_script_makes_of_unicodes_data() -> None:
    kept = Path(chatlab.room.nicknames.__file__).with_name("confusables.txt").read_text(encoding="utf-8")
    assert kept.splitlines() == "\n".join(table()).splitlines(), "make it again: see tests/room/confusables_table.py"
