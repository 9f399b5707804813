"""Two objects that share what each should have: why. That they do is for a check to see, by what they do."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import Enum
from inspect import signature
from types import ModuleType
from typing import Any

# Who shares one of these shares nothing that changes.
CONSTANTS = (Enum, int, float, complex, str, bytes, tuple, frozenset, type(None), type, ModuleType, range)
NO_STATE = ("typing", "types", "re", "__future__")  # of values from these modules


def why_shared(first: object, second: object) -> str:
    """What two objects of one class of the learner's have in common, and where it was made: a sentence or two."""
    mine, others = _attributes(first), _attributes(second)
    kind = type(first)
    defaults = [parameter.default for parameter in signature(kind).parameters.values()]
    names_of_file = vars(sys.modules.get(kind.__module__, ModuleType("")))
    for name, value in mine.items():
        if name in others and others[name] is value and _changes(value):
            made = "it is made once"
            if _is_in(value, defaults):
                made = "Python makes the default value of a parameter once"
            elif _is_in(value, names_of_file.values()):
                made = "it is something of the file, which is there once"
            return f"Both have the same `{name}`: {made}. Make it in __init__: self.{name} = …, for each a new one."
    for owner in kind.__mro__[:-1]:
        for name, value in vars(owner).items():
            if not name.startswith("__") and _changes(value) and mine.get(name, value) is value:  # += puts it in both
                made = "what stands in the class is made once"
                return f"Both have the same `{name}`: {made}. Make it in __init__, as self.{name}."
    for name, value in names_of_file.items():
        if not name.startswith("__") and _changes(value):
            return f"Both use `{name}` of the file, which is there once. Make it in __init__, as self.{name}."
    once = "in the class, in the file, or as the default value of a parameter"
    return f"Both use something that is there once: {once}. What each is to have for itself: in __init__, as self.…"


def _attributes(thing: object) -> dict[str, Any]:
    return getattr(thing, "__dict__", {})


def _changes(value: object) -> bool:
    is_code = callable(value) or hasattr(value, "__get__")
    return not is_code and not isinstance(value, CONSTANTS) and type(value).__module__ not in NO_STATE


def _is_in(value: object, values: Iterable[object]) -> bool:
    return any(value is each for each in values)
