"""The colours of a message ladder: on the card of a stored picture, and in JupyterLab's theme."""

CARD_COLOURS = {
    "ground": "#ffffff",
    "frame": "#d0d7de",
    "ink": "#1f2328",
    "faint": "#59636e",
    "line": "#afb8c1",
    "box": "#ddf0ff",
    "lost": "#c5221f",
    "late": "#8a4b00",
    "again": "#7627bb",
}
# JupyterLab has none for what is lost, late or repeated that can be read in both themes: those are set in ladder.css.
THEME_COLOURS = {
    "ground": "var(--jp-layout-color1, #fff)",
    "frame": "none",
    "ink": "var(--jp-ui-font-color1, #1f2328)",
    "faint": "var(--jp-ui-font-color2, #59636e)",
    "line": "var(--jp-border-color1, #afb8c1)",
    "box": "var(--chatlab-box, #ddf0ff)",
    "lost": "var(--chatlab-lost, #c5221f)",
    "late": "var(--chatlab-late, #8a4b00)",
    "again": "var(--chatlab-again, #7627bb)",
}
