"""What a learner's code did besides its answer: a crashed thread, something left behind, os._exit; or nothing."""

from __future__ import annotations

import os
import sys
from traceback import FrameSummary
from typing import Any, NoReturn


class Exited(SystemExit):
    """The code under check called os._exit, which would have ended the grader."""


class Crashed(Exception):
    """A thread of the learner's ended with `error`, in or after the line of `frame`."""

    def __init__(self, error: BaseException, frame: FrameSummary) -> None:
        super().__init__(error, frame)
        self.error = error
        self.frame = frame


class Untouched(Exception):
    """The file is the stub still, and that one runs."""


class LeftOver(Exception):
    """`what` was still there when the check was over; the line of `frame` had started it."""

    def __init__(self, what: str, frame: FrameSummary) -> None:
        super().__init__(what, frame)
        self.what = what
        self.frame = frame


def exit_in(process: int, exit_for_good: Any) -> Any:
    def refuse(status: int) -> NoReturn:
        # execnet ends a worker to whom nobody listens any more.
        by_execnet = str(sys._getframe(1).f_globals.get("__name__")).startswith("execnet.")
        if by_execnet or os.getpid() != process:  # another process: a child that the code under check has forked
            exit_for_good(status)
        raise Exited(status)

    return refuse
