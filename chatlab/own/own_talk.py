"""One run of a learner's `talk`, of ex06 or of ex14: what is typed goes to it as lines, what it shows is printed.

the main thread     reads the keyboard until the input ends, Ctrl-C comes, or there is nobody to read for
own-talk            runs `talk`; after its last line it has SECONDS to say goodbye
"""

from __future__ import annotations

import math
import threading
import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from chatlab.grading.attempt.time_limit import Stuck
from chatlab.own.own_file import CrashWatch, OwnFile
from chatlab.room.addresses import Address, shown
from chatlab.room.errors import ChatlabError, NobodyAnswers
from chatlab.room.events import Event, Gone
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.signals import Interrupts
from chatlab.terminal.keyboard import Keyboard, somebody_types
from chatlab.terminal.talk import ECHO_WAIT, in_a_line

SECONDS = 2.0  # for `talk` after its last line; the exercise says one
PATIENCE = 5.0  # until it is said that nobody answers, as chatlab's own client does then; ex14 is to say so itself


class OwnTalk:
    """`echoes`: the room sends what somebody says to the speaker too, as over UDP.

    `goes_on`: it was given up, and still runs.
    """

    def __init__(self, file: OwnFile, room: Address, keyboard: Keyboard, *, echoes: bool) -> None:
        self.goes_on = False
        self._echoes = echoes
        self._file = file
        self._room = room
        self._keyboard = keyboard
        self._typed: SimpleQueue[str | None] = SimpleQueue()  # None: that was the last one
        self._shown = threading.Event()  # something, since the last line
        self._answered = False  # something was shown, or a line was wanted: then the room has answered
        self._give_up_at = math.inf
        self._problem: ChatlabError | None = None

    def run(self, talk: Callable[[Iterator[str]], object], interrupts: Interrupts) -> ChatlabError | None:
        """Returns what went wrong."""
        talking = DaemonThread("own-talk", self._talk, talk)
        complaint = threading.Timer(PATIENCE, self._complain)
        crashes = CrashWatch(self._file, self._fail)
        talking.start()
        if self._echoes:
            complaint.start()
        try:
            while True:
                for line in self._keyboard.read("").split("\n"):
                    self._typed.put(f"{line}\n")
        except EOFError:  # it may still have lines to say
            self._typed.put(None)
            interrupts.wait_while(lambda: talking.is_alive() and time.monotonic() < self._give_up_at)
        except KeyboardInterrupt:
            self._typed.put(None)
        talking.join(SECONDS)
        complaint.cancel()
        if self._echoes:
            complaint.join()
        crashes.close()
        self.goes_on = talking.is_alive()
        if self._problem or not self.goes_on:
            return self._problem
        return self._file.why(Stuck(SECONDS, talking)) if self._answered else NobodyAnswers(self._nobody)

    def show(self, what: object) -> None:
        """A text over UDP, an event over TCP."""
        self._answered = True
        if isinstance(what, Gone):  # nothing more can be said
            self._problem = self._problem or NobodyAnswers(what.reason)
            self._typed.put(None)
        else:
            self._keyboard.show(in_a_line(what) if isinstance(what, Event) else f"{what}")
        self._shown.set()

    @property
    def _nobody(self) -> str:
        return f"nobody answers at {shown(self._room)}: is the server running there?"

    def _talk(self, talk: Callable[[Iterator[str]], object]) -> None:
        try:
            talk(self._lines())
        except BaseException as error:  # noqa: BLE001  # `exit()` in it, too
            self._fail(self._file.why(error))
        else:
            interrupt_main()  # nobody reads on

    def _lines(self) -> Iterator[str]:
        self._answered = True
        while (line := self._typed.get()) is not None:
            self._shown.clear()
            yield line
            # Else the goodbye, or what a room lets nobody say so fast, overtakes the answer.
            if self._echoes and not somebody_types():
                self._shown.wait(ECHO_WAIT)
        self._give_up_at = time.monotonic() + SECONDS

    def _fail(self, problem: ChatlabError) -> None:
        self._problem = self._problem or problem
        interrupt_main()

    def _complain(self) -> None:
        if not self._answered:
            self._keyboard.show(f"({self._nobody} Ctrl-C ends this)")
