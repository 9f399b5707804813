"""A learner's file, loaded as it is now.

It is compiled from its text each time, and no bytecode is read or left beside it: so a file that was saved a moment ago
counts, and the folder stays as it was.
"""

from __future__ import annotations

import importlib.util
import linecache
import sys
import traceback
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from chatlab.grading.attempt.forbidden_imports import keep_out
from chatlab.grading.attempt.source import MOST_BYTES, fingerprint, is_plain_file
from chatlab.grading.verdict import NEAR_MISS, NotThere, NotYetRight

PACKED = (".zip", ".tar.gz", ".tgz", ".7z", ".rar")


class LearnerFile:
    """The file at `path`, and the module that comes of it. `fence`: what it may not import. `stub`: the stub's
    fingerprint. `doubt`: why it isn't clear that this is the file, a sentence; '' if it is. `content`: what counts,
    whatever becomes of the file; None for what is in it when it is loaded.
    """

    def __init__(
        self, path: Path, fence: Sequence[str] = (), stub: str = "", doubt: str = "", content: bytes | None = None
    ) -> None:
        self.path = path
        self.fence = fence
        self._stub = stub
        self._doubt = doubt
        self._content = content
        self.module = ModuleType(path.stem)

    def load(self) -> None:
        """Run the file. Raises NotYetRight if it isn't there, isn't text or imports what it may not, and whatever its
        code raises.
        """
        source = self.source
        filename = str(self.path)
        # The lines that tracebacks show; without a modification time, linecache does not look at the file again.
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        self.module.__file__ = filename
        sys.modules[self.path.stem] = self.module  # dataclasses look their module up there
        exec(_compiled(source, filename, tuple(self.fence)), vars(self.module))

    def owns(self, frame: traceback.FrameSummary) -> bool:
        return frame.filename == str(self.path)

    @property
    def source(self) -> str:
        """Its text. Raises NotYetRight if there is none."""
        if self._doubt:
            raise NotYetRight(self._doubt, "Which of them counts can't be known: remove one.")
        try:
            if self._content is None and not is_plain_file(self.path):
                saw = f"{self.path.name} is no file to read: a folder, a device, or more than {MOST_BYTES:,} bytes."
                raise NotYetRight(saw, "The answer is a file of Python code, a few kilobytes long.")
            content = self.path.read_bytes() if self._content is None else self._content
            source = importlib.util.decode_source(content)
        except FileNotFoundError:
            raise self.not_there() from None
        except OSError as error:
            raise NotYetRight(f"{self.path.name} can't be read: {error.strerror}.", "Allow it to be read.") from None
        except (UnicodeDecodeError, SyntaxError):
            source = "\0"
        if "\0" in source:
            raise NotYetRight(
                f"{self.path.name} is not text in UTF-8.",
                "An editor, or `>` in PowerShell, saved it in another encoding: save it again as UTF-8.",
            )
        return source

    def not_there(self) -> NotThere:
        """What to say where there is no such file."""
        saw = f"There is no {self.path.name} in the folder {self.path.parent.name}/."
        if similar := self._similar_file():
            means = "The check looks for the first name, letter by letter: rename the file."
            return NotThere(f"{saw}{NEAR_MISS}{similar}.", means)
        return NotThere(saw, "The file was renamed, moved or deleted, or another folder was meant.")

    @property
    def is_stub(self) -> bool:
        """Whether it is the stub still; comments and docstrings don't count."""
        return fingerprint(self.source) == self._stub

    def _similar_file(self) -> str:
        """The name of a file beside it that begins alike, or is nearly the same; '' if there is none."""
        beside = {path.name.casefold(): path.name for path in self.path.parent.glob("*")}
        beside.pop(f"test_{self.path.name}", None)
        wanted = self.path.name.casefold()
        key, _, topic = wanted.removesuffix(".py").partition("_")
        close = [name for name in sorted(beside) if name.startswith(key) or f"{key}_{topic}" in name]
        close += [name for name in sorted(beside) if name == f"{topic}.py" or name.endswith(PACKED)]
        return next((beside[name] for name in close or get_close_matches(wanted, beside, n=1, cutoff=0.8)), "")


@lru_cache  # each check of an exercise loads the same file
def _compiled(source: str, file: str, fence: tuple[str, ...]) -> CodeType:
    """Raises SyntaxError, or Fenced if it uses what is in `fence`."""
    code: CodeType = compile(source, file, "exec", dont_inherit=True)
    keep_out(source, file, fence)
    return code


class Names:
    """What a learner's file defines, as attributes. A name that it lacks raises NotYetRight."""

    def __init__(self, file: LearnerFile) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        names = vars(self._file.module)
        if name in names:
            return names[name]
        raise lacking(self._file.path.name, name, names)


def lacking(owner: str, name: str, names: Iterable[str]) -> NotYetRight:
    """The failure of `owner`, which has `names`, but not `name`."""
    similar = get_close_matches(name, [own for own in names if not own.startswith("__")], n=1)
    return NotYetRight(
        f"{owner} has no {name}" + (f"; it has {similar[0]}." if similar else "."),
        f"{name} was renamed or deleted, or stands inside something else: the check asks for this very name.",
    )
