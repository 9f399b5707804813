"""How the panels look that are made of ipywidgets: a card, in the colours of JupyterLab's theme."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

ASSETS = Path(__file__).parent / "assets"


def make_card(panel: ipywidgets.Box, *kinds: str) -> ipywidgets.HTML:
    """Let `panel` look like a card. Returns its style sheets, panel.css and those of `kinds`, to be put into it."""
    for kind in ("panel", *kinds):
        panel.add_class(f"chatlab-{kind}")
    return sheet("panel", *kinds)


def sheet(*names: str) -> ipywidgets.HTML:
    """A widget with the style sheets of these names, to be put among those that they are for."""
    rules = "".join((ASSETS / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return ipywidgets.HTML(f"<style>{rules}</style>", layout={"display": "none"})
