"""What an error means that a check has with a learner's file: what the stub has is gone there, or is something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from traceback import FrameSummary
from typing import Any

from chatlab.grading.attempt.finding import Finding, line_of, named, where_of
from chatlab.grading.attempt.learner_file import LearnerFile, lacking
from chatlab.grading.verdict import State


def not_as_the_stub(error: BaseException, stack: list[FrameSummary], file: LearnerFile) -> Finding | None:
    """For a check that uses a name of the stub which the file lacks, or which is something else there; and for one
    whose plain assertion does not hold.
    """
    wrong = State.NOT_YET_RIGHT
    in_a_check = bool(stack) and Path(stack[-1].filename).name.startswith("test_ex")
    if isinstance(error, AssertionError) and in_a_check:
        saw = str(error) or f"{stack[-1].line} does not hold."
        return Finding(wrong, saw, "The check expects this of your code: compare with the stub.")
    if isinstance(error, AttributeError) and type(error.obj).__module__ == file.path.stem:
        kind = type(error.obj)
        lack = lacking(f"Your {kind.__name__}", error.name or "", vars(kind))
        return Finding(wrong, lack.saw, lack.means)
    if isinstance(error, TypeError) and (function := _called(error, file)):
        where = where_of(file, line_of(function.__code__.co_firstlineno, file))
        means = "The check calls it as the stub had it: keep its name and its parameters."
        return Finding(wrong, f"TypeError: {error}", means, where)
    if isinstance(error, TypeError) and in_a_check and re.search(r"not callable|<lambda>\(\)", str(error)):
        means = "The check calls a name of the stub, and it has another value: keep the function or the class."
        return Finding(wrong, f"TypeError: {error}", means)
    if isinstance(error, AttributeError) and in_a_check:
        means = "The stub has another kind of value there, and the check uses it as that: compare with the stub."
        held = re.search(rf"(\w+)\.{error.name}\b", stack[-1].line or "")
        name = held[1] if held else "A value of your code"
        return Finding(wrong, f"{name} is a {type(error.obj).__name__}, which has no {error.name}.", means)
    if isinstance(error, TypeError | ValueError) and in_a_check:
        means = "The check used what your code gave it, as the stub has it: compare with the stub."
        return Finding(wrong, named(error), means)
    return None


def _called(error: TypeError, file: LearnerFile) -> Callable[..., object] | None:
    """The learner's function that was called with arguments which it doesn't take: 'Sender.send() takes 1 …'."""
    called = re.match(r"([\w.]+)\(\) (takes|missing|got)", str(error))
    function: Any = file.module if called else None
    for name in called[1].split(".") if called else ():
        function = getattr(function, name, None)
    code = getattr(function, "__code__", None)
    return function if code and code.co_filename == str(file.path) else None
