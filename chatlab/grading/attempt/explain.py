"""What an error in a check means: the state, and the parts of a Message that depend on the error."""

from __future__ import annotations

from traceback import FrameSummary, extract_tb

from chatlab.grading.attempt.accidents import Crashed, Exited, LeftOver, Untouched
from chatlab.grading.attempt.finding import Finding, line_of, named, where_of
from chatlab.grading.attempt.forbidden_imports import Fenced
from chatlab.grading.attempt.learner_file import LearnerFile
from chatlab.grading.attempt.meanings import awaited, usually
from chatlab.grading.attempt.not_as_the_stub import not_as_the_stub
from chatlab.grading.attempt.printed import FLOOD, Flood
from chatlab.grading.attempt.source import begins_a_function, code_below, written_above
from chatlab.grading.attempt.time_limit import Stuck
from chatlab.grading.verdict import NotThere, NotYetRight, State

# Mistakes whatever the check does. They say more than the failure that follows from them.
SLIPS = (ArithmeticError, AttributeError, ImportError, NameError, NotImplementedError, RecursionError, TypeError)


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
    saw = f"A thread of your code had ended with {named(crash.error)}."
    where = where_of(file, crash.frame)
    if isinstance(error, NotYetRight) and not _is_slip(crash.error):
        return Finding(State.NOT_YET_RIGHT, f"{error.saw} {saw}", error.means, where, error.section)
    return Finding(State.NOT_YET_RIGHT, saw, usually(crash.error), where)


def _is_slip(error: BaseException) -> bool:
    return isinstance(error, SLIPS) or (isinstance(error, ValueError) and "values to unpack" in str(error))


def _explain(error: BaseException, file: LearnerFile) -> Finding:
    stack = error.stack if isinstance(error, Stuck) else extract_tb(error.__traceback__)
    own = [frame for frame in stack if file.owns(frame)]
    where = where_of(file, own[-1]) if own else ""
    wrong = State.NOT_YET_RIGHT
    match error:
        case Fenced():
            return Finding(wrong, error.saw, error.means, where_of(file, line_of(error.line, file)))
        case NotYetRight():
            state = State.NOT_HANDED_IN if isinstance(error, NotThere) else wrong
            return Finding(state, error.saw, error.means, where, error.section)
        case LeftOver():
            means = "Who starts a thread or a program ends it, and who opens a socket closes it: the line below did."
            return Finding(wrong, f"When all was over, {error.what}.", means, where_of(file, error.frame))
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
            where = where_of(file, line_of(error.lineno or 0, file, error.text))
            return Finding(wrong, f"{type(error).__name__}: {error.msg}", usually(error), where)
        case _ if not own and (finding := not_as_the_stub(error, stack, file)):
            return finding
        case _ if own:
            return Finding(wrong, named(error), usually(error), where)
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
