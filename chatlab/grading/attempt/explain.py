"""What an error in a check means: the state, and the parts of a Message that depend on the error."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from traceback import FrameSummary, extract_tb, format_exception_only
from typing import Any, NamedTuple

from chatlab.grading.attempt.accidents import Crashed, Exited, LeftOver, Untouched
from chatlab.grading.attempt.forbidden_imports import Fenced
from chatlab.grading.attempt.learner_file import LearnerFile, lacking
from chatlab.grading.attempt.meanings import awaited, usually
from chatlab.grading.attempt.printed import FLOOD, Flood
from chatlab.grading.attempt.source import begins_a_function, code_below, written_above
from chatlab.grading.attempt.time_limit import Stuck
from chatlab.grading.verdict import NotThere, NotYetRight, State

# Mistakes whatever the check does. They say more than the failure that follows from them.
SLIPS = (ArithmeticError, AttributeError, ImportError, NameError, NotImplementedError, RecursionError, TypeError)


class Finding(NamedTuple):
    """`saw`, `means` and `where` of a Message."""

    state: State
    saw: str
    means: str
    where: str = ""


def explain(error: BaseException | None, file: LearnerFile, crash: Crashed | None = None) -> Finding:
    """What to say of `error`, which `run_within` returned for a check of `file`, or of `crash`, in which one of the
    learner's threads ended meanwhile.
    """
    if isinstance(error, Untouched):
        return Finding(State.NOT_STARTED, f"{file.path.name} is as it was.", "Find what is wrong in it, and mend it.")
    if crash is None:
        assert error is not None
        return _explain(error, file)
    if isinstance(crash.error, NotYetRight | Flood | Exited):
        return _explain(crash.error, file)
    saw = f"A thread of your code had ended with {_named(crash.error)}."
    where = _where(file, crash.frame)
    if isinstance(error, NotYetRight) and not _is_slip(crash.error):
        return Finding(State.NOT_YET_RIGHT, f"{error.saw} {saw}", error.means, where)
    return Finding(State.NOT_YET_RIGHT, saw, usually(crash.error), where)


def _is_slip(error: BaseException) -> bool:
    return isinstance(error, SLIPS) or (isinstance(error, ValueError) and "values to unpack" in str(error))


def _explain(error: BaseException, file: LearnerFile) -> Finding:
    stack = error.stack if isinstance(error, Stuck) else extract_tb(error.__traceback__)
    own = [frame for frame in stack if file.owns(frame)]
    where = _where(file, own[-1]) if own else ""
    wrong = State.NOT_YET_RIGHT
    match error:
        case Fenced():
            return Finding(wrong, error.saw, error.means, _where(file, _line(error.line, file)))
        case NotYetRight():
            state = State.NOT_HANDED_IN if isinstance(error, NotThere) else wrong
            return Finding(state, error.saw, error.means, where)
        case LeftOver():
            means = "Who starts a thread or a program ends it, and who opens a socket closes it: the line below did."
            return Finding(wrong, f"When all was over, {error.what}.", means, _where(file, error.frame))
        case NotImplementedError() if own and own[-1] is stack[-1]:
            if file.is_stub:
                saw = f"{file.path.name} still raises NotImplementedError."
                return Finding(State.NOT_STARTED, saw, "Write your code in place of that line.", where)
            return Finding(wrong, *_forgotten(own[-1], file.source), where)
        case Stuck():
            saw = f"It had not ended after {error.seconds:g} s" + ("; it was stuck in the line below." if own else ".")
            means = "A loop never ends, or a call waits for what never comes" + awaited(stack, own)
            return Finding(wrong, saw, means, where)
        case Flood():
            saw = f"It printed more than {FLOOD:,} characters, so it was stopped."
            return Finding(wrong, saw, "A loop that prints never ends.", where)
        case SystemExit() if own:
            call = "os._exit()" if isinstance(error, Exited) else "exit()"
            return Finding(wrong, f"Your code ended the program: {call}.", "Let the function return instead.", where)
        case OSError() if own and "reading from stdin" in str(error):
            saw = "Your code waits for the keyboard: input()."
            return Finding(wrong, saw, "All that the function needs comes in by its parameters.", where)
        case SyntaxError() if error.filename == str(file.path):
            where = _where(file, _line(error.lineno or 0, file, error.text))
            return Finding(wrong, f"{type(error).__name__}: {error.msg}", usually(error), where)
        case _ if not own and (finding := _not_as_the_stub(error, stack, file)):
            return finding
        case _ if own:
            return Finding(wrong, _named(error), usually(error), where)
    saw = f"The check itself failed: {type(error).__name__}: {error}"
    return Finding(wrong, saw, "This may be a fault of the course: please report it, with --tracebacks.")


def _forgotten(line: FrameSummary, source: str) -> tuple[str, str]:
    """What to say of a NotImplementedError in work that has been begun."""
    number = line.lineno or 0
    written = written_above(source, number)
    names = " and ".join(filter(None, (", ".join(written[:-1]), *written[-1:])))
    done = f"{names} {'are' if len(written) > 1 else 'is'} written. Next: " if written else ""
    saw = f"{done}{line.name} still raises NotImplementedError (line {number})."
    if code_below(source, number):
        return saw, "The code below that line is never reached: delete the line."
    if begins_a_function(source, number):
        return saw, "Write your code in place of that line."
    return saw, "Your code came as far as that line: delete it, or write there what is still missing."


def _not_as_the_stub(error: BaseException, stack: list[FrameSummary], file: LearnerFile) -> Finding | None:
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
        where = _where(file, _line(function.__code__.co_firstlineno, file))
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
        return Finding(wrong, _named(error), means)
    return None


def _named(error: BaseException) -> str:
    return "".join(format_exception_only(type(error), error)).strip()


def _called(error: TypeError, file: LearnerFile) -> Callable[..., object] | None:
    """The learner's function that was called with arguments which it doesn't take: 'Sender.send() takes 1 …'."""
    called = re.match(r"([\w.]+)\(\) (takes|missing|got)", str(error))
    function: Any = file.module if called else None
    for name in called[1].split(".") if called else ():
        function = getattr(function, name, None)
    code = getattr(function, "__code__", None)
    return function if code and code.co_filename == str(file.path) else None


def _line(number: int, file: LearnerFile, text: str | None = None) -> FrameSummary:
    return FrameSummary(str(file.path), number, "", line=text)


def _where(file: LearnerFile, frame: FrameSummary) -> str:
    inside = f", in {frame.name}" if frame.name else ""
    return f"{file.path.name}, line {frame.lineno}{inside}\n    {(frame.line or '').strip()}"
