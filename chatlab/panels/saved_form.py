"""An extension of Jupyter's server, so that a lesson which is opened and saved stays as it was.

JupyterLab writes the version of the reader's Python into each notebook that it saves, two minutes after it was opened
at the latest. Without it, the file of a lesson is the same on every machine, and `git pull` finds nothing changed.
"""

from __future__ import annotations

from typing import Any


def leave_out_python_version(model: dict[str, Any], **_: object) -> None:
    """Take the version out of what is about to be saved, if `model` is a notebook (ContentsManager.pre_save_hook)."""
    if model["type"] == "notebook":
        model["content"]["metadata"].get("language_info", {}).pop("version", None)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    app.contents_manager.register_pre_save_hook(leave_out_python_version)
