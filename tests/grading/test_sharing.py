"""Why two objects share what each should have."""

from __future__ import annotations

import queue
import threading
from typing import Any

import pytest

from chatlab.grading.for_checks.sharing import why_shared
from tests.grading import holds_a_global


class InTheClass:
    LIMIT = 5
    table: dict[str, str] = {}  # noqa: RUF012 - this is what is to be found

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def method(self) -> None: ...


class AsADefault:
    def __init__(self, table: dict[str, str] = {}, *, lock: Any = None) -> None:  # noqa: B006 - as above
        self.table = table


class AsADefaultByName:
    def __init__(self, *, messages: queue.Queue[str] = queue.Queue()) -> None:
        self.messages = messages


class Slotted:
    __slots__ = ("table",)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (InTheClass, "Both have the same `table`: what stands in the class is made once."),
        (AsADefault, "Both have the same `table`: Python makes the default value of a parameter once."),
        (AsADefaultByName, "Both have the same `messages`: Python makes the default value of a parameter once."),
        (holds_a_global.Other, "Both have the same `table`: it is something of the file, which is there once."),
        (holds_a_global.Room, "Both use `TABLE` of the file"),
    ],
)
def test_what_two_share_is_named(kind: Any, says: str) -> None:
    assert why_shared(kind(), kind()).startswith(says)


def test_one_made_elsewhere_is_named() -> None:
    first, second = InTheClass(), InTheClass()
    second.stopping = first.stopping
    assert why_shared(first, second).startswith("Both have the same `stopping`: it is made once.")


def test_what_is_not_known_is_not_told() -> None:
    assert why_shared(Slotted(), Slotted()).startswith("Both use something that is there once")
