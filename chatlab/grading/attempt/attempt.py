"""One check of one exercise: what it did, and what came of it."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path

from chatlab.grading.attempt.accidents import Crashed, Untouched
from chatlab.grading.attempt.explain import explain
from chatlab.grading.attempt.finding import Finding
from chatlab.grading.attempt.learner_file import LearnerFile, Names
from chatlab.grading.attempt.leftovers import Watch
from chatlab.grading.attempt.printed import Printed
from chatlab.grading.attempt.process_state import ProcessState
from chatlab.grading.attempt.time_limit import Stuck, free, run_within
from chatlab.grading.attempt.transcript import Crossing, transcript
from chatlab.grading.course import Exercise, Settings
from chatlab.grading.verdict import CheckResult, Message, State
from chatlab.room.text import clean

PRIVATE = "a private check"
LONGEST_LINE = 300
PRINTED_LINES = 10
LONGEST_TRANSCRIPT = 12


class Attempt:
    """Loads the learner's file and makes the check on it, all within the limit.

    `check`: its name. `title`: what it checks, half a sentence. `checks`: the folder of the check.
    """

    def __init__(self, exercise: Exercise, check: str, title: str, checks: Path, settings: Settings) -> None:
        self.exercise = exercise
        self._check = check
        self.title = title
        name = exercise.file
        doubt, content = settings.doubts.get(name, ""), settings.contents.get(name)
        self.file = LearnerFile(settings.paths[name], exercise.fence, exercise.stub, doubt, content)
        self.learner = Names(self.file)
        self.state = State.WAITING
        self.message: Message | None = None
        self.is_private = checks == settings.private
        self.was_stuck = False
        self.on_news: Callable[[Attempt], object] = lambda attempt: None  # called whenever there is more to say
        self.on_sign: Callable[[float], object] = lambda left: None  # see run_within
        self.doing = f"Loaded {exercise.file}."
        self._settings = settings
        self._printed = Printed()
        self._crossings: deque[Crossing] = deque(maxlen=LONGEST_TRANSCRIPT)
        self._watch = Watch(self.file, checks)
        self._leaves_running = False
        self._process_state: ProcessState | None = None

    def did(self, what: str) -> None:
        """For the first line of a message: what the check is doing from now on, as a sentence in the past tense."""
        self.doing = what
        self.on_news(self)

    def crossed(self, sender: str, receiver: str, data: bytes) -> None:
        """For the transcript of a message: `data` went from `sender` to `receiver`, which are names for people."""
        self._crossings.append(Crossing(sender, receiver, bytes(data)))

    def leaves_running(self) -> None:
        """The check itself ends nothing that the learner's code has started: then a thread or socket that is left is no
        fault, unless the thread was there before the check began.
        """
        self._leaves_running = True

    @property
    def threads_started(self) -> int:
        """How many the learner's code has started so far."""
        return self._watch.started

    @property
    def crash(self) -> BaseException | None:
        """What the first thread to crash has raised."""
        return self._watch.crash.error if self._watch.crash else None

    @property
    def printed(self) -> str:
        """The end of what the learner's code has printed so far."""
        return self._printed.text

    @property
    def result(self) -> CheckResult:
        if self.is_private and not self._settings.shows_private:
            return CheckResult(PRIVATE, self.state, None, is_private=True)
        return CheckResult(self.title, self.state, self.message, self.is_private)

    def begin(self) -> None:
        """Call this before the fixtures of the check are made, which may change what is put back by `finish`."""
        self._process_state = ProcessState()

    def run(self, check: Callable[[], None]) -> None:
        """Make the check. Must be followed by `finish`."""

        def load_and_check() -> None:
            self.file.load()
            self._watch.loaded()
            if self.exercise.each and self.file.is_stub:
                raise Untouched
            check()

        self.on_news(self)
        self._watch.start()
        error = run_within(self._settings.limit, load_and_check, self._printed, self.on_sign)
        if isinstance(error, Stuck):
            self.was_stuck = True
            free(error.thread)
        verdict, crash = self._watch.verdict, self._watch.crash
        if verdict:  # whatever the learner's code has made of it
            error, crash = verdict, None
        if error is None and crash is None:
            self.state = State.DONE
        else:
            self.fail(error, crash)

    def finish(self) -> None:
        """Call this when the fixtures of the check are gone: what the learner's code has started has to be gone too."""
        if self.state is State.DONE and (left := self._watch.left_over(of_loading_alone=self._leaves_running)):
            self.fail(left)
        self._watch.close()
        if self._process_state:
            self._process_state.restore()

    def fail(self, error: BaseException | None, crash: Crashed | None = None) -> None:
        """The check failed, or a thread crashed meanwhile. Only the first failure counts."""
        if self.message is not None:
            return
        finding = explain(error, self.file, crash)
        self.state = finding.state
        self.message = self._message(finding, crash.error if crash else error)
        self.on_news(self)

    def _message(self, finding: Finding, error: BaseException | None) -> Message:
        return Message(
            did=one_line(self.doing),
            saw=one_line(finding.saw),
            means=one_line(finding.means),
            where="\n".join(map(one_line, finding.where.splitlines())),
            transcript="\n".join(transcript(list(self._crossings))),
            printed="\n".join(map(one_line, self.printed.splitlines()[-PRINTED_LINES:])),
            traceback=_traceback(error) if self._settings.tracebacks and error else "",
            reading=self.exercise.read_again(self._check, finding.section),
        )


def one_line(text: str) -> str:
    """`text` as a line that is safe and short enough to show."""
    line = clean(" ".join(text.splitlines()))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _traceback(error: BaseException) -> str:
    lines = traceback.format_list(error.stack) if isinstance(error, Stuck) else traceback.format_exception(error)
    return "".join(lines).rstrip()
