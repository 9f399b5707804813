"""Where lines are typed and shown: prompt_toolkit's line editor, or plain standard input and output.

The editor is used where prompt_toolkit is installed and somebody sits at a terminal: the line that is being typed stays
whole while messages come in above it. Plain input may also come from a pipe or a file.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from queue import Empty, Queue
from typing import Protocol

from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.line_printer import LinePrinter
from chatlab.service.signals import LOOK, Interrupts

# How long what happens in the room waits for an output that nobody reads, in seconds.
PATIENCE = 1.0


class Keyboard(Protocol):
    """`show` and `give_back` are for any thread.

    `read` returns several lines where they were pasted. Raises EOFError at the end of the input, KeyboardInterrupt at
    Ctrl-C. `give_back` puts a text that could not be said on the line again, if there is an editor and its line empty.
    """

    def read(self, prompt: str) -> str: ...
    def show(self, line: str) -> None: ...
    def give_back(self, text: str) -> None: ...


def somebody_types() -> bool:
    """Whether a person types the input, and not a pipe or a file."""
    return sys.stdin is not None and sys.stdin.isatty()


def open_keyboard(stack: ExitStack, interrupts: Interrupts) -> Keyboard:
    """The best there is here; `stack` closes it."""
    if somebody_types() and sys.stdout and sys.stdout.isatty():
        try:
            return PromptKeyboard(stack, interrupts)
        except ImportError:
            pass
    return PlainKeyboard(stack, interrupts)


class PlainKeyboard:
    """Standard input and output as they are."""

    def __init__(self, stack: ExitStack, interrupts: Interrupts) -> None:
        self.show = stack.enter_context(LinePrinter(PATIENCE)).print
        self._interrupts = interrupts
        self._lines = Lines()

    def read(self, prompt: str) -> str:
        if prompt and somebody_types():
            self.show(prompt)
        with self._interrupts.may_end():
            line = self._lines.next()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def give_back(self, text: str) -> None:
        """Nothing to do: the person who typed it still sees it above."""


class Lines:
    """The lines of standard input, for a main thread that a signal is to end.

    A signal does not end a read from a pipe on Windows; nor elsewhere, if it comes in the very instant before Python
    waits in the system. So a thread of its own reads. It is a daemon, because nothing ends its read.
    """

    def __init__(self) -> None:
        self._read_lines: Queue[str] = Queue(1)
        DaemonThread("keyboard", self._read).start()

    def next(self) -> str:
        """The next line with its end, or "" at the end of the input."""
        while True:
            with suppress(Empty):
                return self._read_lines.get(timeout=LOOK)

    def _read(self) -> None:
        try:
            if sys.stdin:  # it may have been closed before the program began
                # Not through sys.stdin: that has a lock, which the end of the program would wait for.
                with suppress(OSError), open(sys.stdin.fileno(), "rb", closefd=False) as source:
                    for line in source:
                        self._read_lines.put(line.decode(sys.stdin.encoding, "replace"))
        finally:
            self._read_lines.put("")


class PromptKeyboard:
    """prompt_toolkit's line editor, with history. Raises ImportError where it is not installed."""

    def __init__(self, stack: ExitStack, interrupts: Interrupts) -> None:
        # Not installed everywhere, and slow to import.
        from prompt_toolkit import PromptSession  # noqa: PLC0415
        from prompt_toolkit.patch_stdout import patch_stdout  # noqa: PLC0415

        self._session: PromptSession[str] = PromptSession(erase_when_done=True)
        self._interrupts = interrupts
        self._interrupted = False
        self._given_back = ""
        stack.enter_context(patch_stdout())

    def read(self, prompt: str) -> str:
        with self._interrupts.may_end(self._interrupt):
            return self._session.prompt(f"{prompt}> ", pre_run=self._begin)

    def show(self, line: str) -> None:
        print(line)

    def give_back(self, text: str) -> None:
        self._given_back = text
        if loop := self._session.app.loop:
            loop.call_soon_threadsafe(self._put_on_the_line)

    def _begin(self) -> None:
        self._put_on_the_line()
        self._end_if_interrupted()

    def _put_on_the_line(self) -> None:
        if not self._session.default_buffer.text:
            self._session.default_buffer.insert_text(self._given_back)
        self._given_back = ""

    def _interrupt(self) -> None:
        # An exception in the midst of its event loop would break that.
        self._interrupted = True
        if loop := self._session.app.loop:
            loop.call_soon_threadsafe(self._end_if_interrupted)

    def _end_if_interrupted(self) -> None:
        app = self._session.app
        if self._interrupted and app.future and not app.future.done():
            app.exit(exception=KeyboardInterrupt)
