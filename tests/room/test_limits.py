"""The limits of the rooms: each has an upper bound, for who writes Python too."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

import pytest

from chatlab.room.limits import BURST_SECONDS, RoomLimits
from chatlab.udp import limits as udp

ALL = [(limits, field) for limits in (RoomLimits, udp.Limits) for field in fields(limits)]


@pytest.mark.parametrize(("limits", "field"), ALL, ids=lambda value: getattr(value, "name", ""))
def test_each_limit_may_be_its_least_and_its_most_and_no_more(limits: type[RoomLimits], field: Field[float]) -> None:
    def make(value: Any) -> RoomLimits:
        return limits(**{field.name: value})

    most, least = field.metadata["most"], field.metadata.get("least", 0)
    assert least <= field.default <= most
    for value in (least, most):
        assert getattr(make(value), field.name) == value
    with pytest.raises(ValueError, match=rf"^{field.name}: {most + 1} is too much: the highest that works is {most}$"):
        make(most + 1)
    for value in (-1, float("nan")):
        with pytest.raises(ValueError, match=rf"^{field.name}: {value} is not a number of 0 or more$"):
            make(value)


@pytest.mark.parametrize(("rate", "burst"), [(0, 0), (0.1, 1), (1, BURST_SECONDS), (20, 100)])
def test_a_member_may_say_five_seconds_worth_at_once_and_something_always(rate: float, burst: float) -> None:
    assert RoomLimits(rate_limit=rate).burst == burst
