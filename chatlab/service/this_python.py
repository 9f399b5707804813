"""What to type in a terminal to start the Python that runs this; `python` may be another one there.

Who starts `.venv/bin/jupyter` has not activated .venv, and a terminal inside JupyterLab knows nothing of it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def this_python() -> str:
    """`python`, if that starts this one; else its path, quoted for a shell: relative if the current folder holds it."""
    if _found("python") == _folder():
        return "python"
    path = Path(sys.executable)
    here = Path.cwd()
    return _quoted(path.relative_to(here) if path.is_relative_to(here) else path)


def this_pytest() -> str:
    """`pytest`, if that is the one of this Python; else `python -m pytest` of it."""
    return "pytest" if _found("pytest") == _folder() else f"{this_python()} -m pytest"


def _found(program: str) -> Path | None:
    """The folder of what a terminal starts by this name. (Not the file: .venv/bin/python links to another one.)"""
    found = shutil.which(program)
    return Path(found).parent if found else None


def _folder() -> Path:
    return Path(sys.executable).parent


def _quoted(path: Path) -> str:
    if os.name != "nt":
        return shlex.quote(str(path))
    return f'"{path}"' if " " in str(path) else str(path)
