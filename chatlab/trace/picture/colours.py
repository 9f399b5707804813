"""The colours of a message ladder: those of a stored picture, light and dark, and JupyterLab's own for a live one.

A stored picture is shown as an image. It can't see JupyterLab's colours, but the browser tells it whether the page is
a dark one (Media Queries 5, section 12.5). What knows no style sheets shows the light colours.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "frame": "#d0d7de",
    "ink": "#1f2328",
    "faint": "#59636e",
    "line": "#afb8c1",
    "grid": "#e4e8ec",
    "box": "#ddf0ff",
    "lost": "#c5221f",
    "late": "#8a4b00",
    "again": "#7627bb",
}
DARK = {
    "ground": "#111418",
    "frame": "#3d444d",
    "ink": "#e6edf3",
    "faint": "#9da7b3",
    "line": "#59636e",
    "grid": "#2a3037",
    "box": "#1d4266",
    "lost": "#ff8a80",
    "late": "#ffb74d",
    "again": "#ce93f8",
}
# JupyterLab has none for what is lost, late or repeated that can be read in both themes: those are set in ladder.css.
THEME = {
    "ground": "var(--jp-layout-color1, #fff)",
    "frame": "none",
    "ink": "var(--jp-ui-font-color1, #1f2328)",
    "faint": "var(--jp-ui-font-color2, #59636e)",
    "line": "var(--jp-border-color1, #afb8c1)",
    "grid": "var(--jp-border-color3, #e4e8ec)",
    "box": "var(--chatlab-box, #ddf0ff)",
    "lost": "var(--chatlab-lost, #c5221f)",
    "late": "var(--chatlab-late, #8a4b00)",
    "again": "var(--chatlab-again, #7627bb)",
}

# The class of a stored picture: where it becomes a part of the page, its style sheet is to mean nothing but itself.
CARD = "chatlab-card-picture"
IN_THE_DARK = "".join(
    f'.{CARD} [{attribute}="{LIGHT[use]}"]{{{attribute}:{dark}}}'
    for use, dark in DARK.items()
    for attribute in ("fill", "stroke")
)
