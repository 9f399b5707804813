"""The three models answer the same verbs, and their docstrings list them in the order of the code."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from chatlab.tcp.models import serving
from chatlab.tcp.models.serving import MODELS, Model, Serving

VERBS = ["serve", "hear", "deliver", "lose", "close"]


def verbs_of(kind: type) -> list[str]:
    """The verbs among the methods of `kind`, in the order in which they are defined."""
    return [name for name in vars(kind) if name in VERBS]


def test_the_protocol_and_their_page_name_them() -> None:
    assert verbs_of(Serving) == VERBS
    assert f"the same verbs: {', '.join(VERBS)}." in " ".join((serving.__doc__ or "").split())


@pytest.mark.parametrize("model", MODELS)
def test_each_model_has_them_and_its_docstring_lists_them(model: Model) -> None:
    module = import_module(f"chatlab.tcp.models.{model}")
    assert verbs_of(getattr(module, f"{model.capitalize()}Model")) == VERBS
    assert re.findall(r"^    ([a-z]+) {2,}\S", module.__doc__ or "", re.MULTILINE) == VERBS
