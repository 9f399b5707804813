"""The `shake_hands` of ex10, run with one stranger, and the room that it asks."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

from chatlab.grading.attempt.printed import Printed
from chatlab.grading.attempt.time_limit import Stuck, ask_to_stop
from chatlab.grading.for_checks.threads import Call
from chatlab.own.own_file import OwnFile
from chatlab.room.errors import CantUse, Refusal
from chatlab.room.nicknames import normalise
from chatlab.room.text import encode
from chatlab.tcp.protocol import Choose, Hangup, Welcome, build_nickname, parse_answer, parse_nickname
from chatlab.tcp.sockets import wake

LOADS_WITHIN = 2.0  # seconds, for the learner's file
LOOK_EVERY = 0.1  # seconds; then it is looked whether the handshake is over
ENDS_WITHIN = 2.0  # seconds, for shake_hands when its time is over


class RoomBehind:
    """The room at the other end of `inside`, as the learner's code knows it: `join`, for the stranger at `sock`.

    `question`: what it has asked, for the learner's code to ask. `problem`: what that has done wrong with `join`.
    """

    def __init__(self, inside: socket.socket, sock: socket.socket) -> None:
        self.problem: CantUse | None = None
        self._sock = sock
        self._inside = inside
        self._answers = inside.makefile("rb", buffering=0)  # what it says behind an answer is for the talk
        self.question = self._answers.readline()

    def join(self, text: str) -> str:
        """Raises Refusal, and OSError if the room has hung up."""
        if not isinstance(text, str) or "\n" in text:
            self.problem = CantUse(f"join was called with {text!r}: a text without its newline is wanted.")
            raise self.problem
        self._inside.sendall(build_nickname(text))
        line = self._answers.readline()
        match parse_answer(line.removesuffix(b"\n")):
            case Welcome():
                self._sock.sendall(line)
                return normalise(parse_nickname(encode(text)))
            case Choose(reason) | Hangup(reason):
                raise Refusal(reason)
        raise ConnectionError("the room behind the door has closed")

    def close(self) -> None:
        self._answers.close()


def shake_hands(
    file: OwnFile, sock: socket.socket, room: RoomBehind, seconds: float, goes_on: Callable[[], bool]
) -> bytes | None:
    """By the learner's `file`, within `seconds`, as long as `goes_on()`.

    Returns what the stranger has said behind its nickname; None if nobody is in. Raises CantUse, or OSError.
    """
    function: Any = file.use(lambda learner: learner.shake_hands, Printed(), LOADS_WITHIN)
    answers: list[Any] = []
    call = Call(lambda: answers.append(function(sock, room.join, seconds)))
    call.thread.start()
    late = time.monotonic() + seconds + ENDS_WITHIN
    while not call.wait(LOOK_EVERY) and goes_on() and time.monotonic() < late:
        pass
    if not call.wait(0):
        stuck = Stuck(seconds, call.thread)
        wake(sock)
        if not call.wait(ENDS_WITHIN):
            ask_to_stop(call.thread)
        raise file.why(stuck) if goes_on() else ConnectionError("the door closes")
    if problem := room.problem or (call.error and file.why(call.error)):
        raise problem
    match answers:
        case [None]:
            return None
        case [(str(), bytes() as behind)]:
            return behind
    raise CantUse(f"shake_hands returned {answers[0]!r}: a nickname and bytes are wanted, or None.")
