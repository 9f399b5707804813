"""The keyboard front end of both clients: lines typed go to the room, what happens there is printed.

With prompt_toolkit, where it is installed and somebody sits at a terminal, the line being typed stays whole while
messages come in above it. Otherwise plain input and output: from a pipe or a file as well.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Protocol

from chatlab.errors import Refusal
from chatlab.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.line_printer import LinePrinter

QUIT = "!q"
# How long a piped line waits for its own words to come back, in seconds, before the next one is sent.
ECHO_WAIT = 1.0


class Client(Protocol):
    """What a front end knows of a client."""

    nickname: str
    on_event: Callable[[Event], None] | None

    def start(self) -> object: ...
    def say(self, text: str) -> None: ...
    def close(self) -> None: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


class Keyboard(Protocol):
    """Where lines are typed, and shown from any thread. `read` raises EOFError at the end of the input.

    `interrupt`, called by a signal handler, lets `read` raise KeyboardInterrupt.
    """

    def read(self, prompt: str) -> str: ...
    def interrupt(self) -> None: ...
    def show(self, line: str) -> None: ...


class PlainKeyboard:
    """Standard input and output as they are."""

    def __init__(self, stack: ExitStack, *, prompts: bool) -> None:
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        self.show = stack.enter_context(LinePrinter()).print
        self._prompts = prompts

    def read(self, prompt: str) -> str:
        if self._prompts and prompt:
            self.show(prompt)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def interrupt(self) -> None:
        raise KeyboardInterrupt


class PromptKeyboard:
    """prompt_toolkit's line editor, with history. Raises ImportError where it is not installed."""

    def __init__(self, stack: ExitStack) -> None:
        # Not installed everywhere, and slow to import.
        from prompt_toolkit import PromptSession  # noqa: PLC0415
        from prompt_toolkit.patch_stdout import patch_stdout  # noqa: PLC0415

        self._session: PromptSession[str] = PromptSession(erase_when_done=True)
        self._interrupted = False
        stack.enter_context(patch_stdout())

    def read(self, prompt: str) -> str:
        return self._session.prompt(f"{prompt}> ", pre_run=self._end_if_interrupted)

    def interrupt(self) -> None:
        # An exception in the midst of its event loop would break that.
        self._interrupted = True
        if loop := self._session.app.loop:
            loop.call_soon_threadsafe(self._end_if_interrupted)

    def _end_if_interrupted(self) -> None:
        app = self._session.app
        if self._interrupted and app.future and not app.future.done():
            app.exit(exception=KeyboardInterrupt)

    def show(self, line: str) -> None:
        print(line)


class Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP end what `may_end` surrounds, now or next: there the program waits.

    What they ended elsewhere could hold a lock that another thread waits for.
    """

    def __init__(self) -> None:
        self._noted = False
        self._end: Callable[[], None] | None = None
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: self._note())

    @contextmanager
    def may_end(self, end: Callable[[], None]) -> Iterator[None]:
        """`end` lets the surrounded code raise KeyboardInterrupt; it is called between two of its instructions."""
        self._end = end
        try:
            if self._noted:
                raise KeyboardInterrupt
            yield
        finally:
            self._end = None

    def _note(self) -> None:
        self._noted = True
        if self._end:
            self._end()


def _at_once() -> None:
    raise KeyboardInterrupt


def run_client(make: Callable[[str], Client], nickname: str | None) -> int:
    """Talk in a room from the keyboard until !q, the end of the input or Ctrl-C. Returns the program's exit code.

    `make` makes the client for a nickname. Without one, or when it is refused, somebody is asked.
    """
    interrupts = Interrupts()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        interactive = sys.stdin.isatty()
        keyboard = _keyboard(stack, interactive)
        try:
            client = _enter(make, keyboard, nickname, interrupts, interactive)
        except (OSError, Refusal) as error:
            stack.close()
            sys.stderr.write(f"{error}\n")
            return 2
        except EOFError:
            return 0
        stack.push(client.__exit__)
        _talk(client, keyboard, interrupts, interactive)
        with interrupts.may_end(_at_once):  # the room may take its time to read what was piped in
            client.close()
    return 0


def _keyboard(stack: ExitStack, interactive: bool) -> Keyboard:
    if interactive and sys.stdout.isatty():
        try:
            return PromptKeyboard(stack)
        except ImportError:
            pass
    return PlainKeyboard(stack, prompts=interactive)


def _enter(
    make: Callable[[str], Client], keyboard: Keyboard, nickname: str | None, interrupts: Interrupts, interactive: bool
) -> Client:
    while True:
        if nickname is None:
            with interrupts.may_end(keyboard.interrupt):
                nickname = keyboard.read("nickname").strip()
        client = make(nickname)
        client.on_event = lambda event: keyboard.show(_shown(event))
        try:
            with interrupts.may_end(_at_once):
                client.start()
        except Refusal as refusal:
            if not interactive:
                raise
            keyboard.show(f"({refusal})")
            nickname = None
        else:
            return client


def _talk(client: Client, keyboard: Keyboard, interrupts: Interrupts, interactive: bool) -> None:
    answered = threading.Event()

    def show(event: Event) -> None:
        keyboard.show(_shown(event))
        if isinstance(event, Refused) or (isinstance(event, Said) and event.nickname == client.nickname):
            answered.set()

    client.on_event = show
    if interactive:
        keyboard.show(f"You are in the room as {client.nickname}. Type a line and press Enter; {QUIT} leaves.")
    while True:
        try:
            with interrupts.may_end(keyboard.interrupt):
                text = keyboard.read("")
        except EOFError:
            return
        if text.strip() == QUIT:
            return
        answered.clear()
        try:
            client.say(text)
        except (Refusal, OSError) as problem:
            keyboard.show(f"({problem})")
        else:
            if not interactive and text.strip():
                answered.wait(ECHO_WAIT)


def _shown(event: Event) -> str:
    """One line; no nickname begins with a bracket, so nobody can imitate what is in brackets."""
    match event:
        case Said(nickname, text):
            return f"{nickname}: {text}"
        case Joined(nickname):
            return f"{nickname} joined!"
        case Left(nickname):
            return f"{nickname} left!"
        case Refused(reason):
            return f"(refused: {reason})"
        case Gone(reason):
            return f"({reason})"
