"""The client of ex06 or of ex14 as a program, by the learner's `talk`."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from chatlab.grading.attempt.printed import Printed
from chatlab.own.own_file import OwnFile, ipv4
from chatlab.own.own_talk import SECONDS, OwnTalk
from chatlab.room.addresses import shown
from chatlab.room.errors import ChatlabError, NobodyAnswers, NotStarted
from chatlab.service.signals import Interrupts
from chatlab.terminal.keyboard import open_keyboard, somebody_types
from chatlab.terminal.talk import QUIT


class Kind(NamedTuple):
    """A room's kind: the exercise that is a client of it, that one's socket, and chatlab's own client."""

    exercise: str
    socket: socket.SocketKind
    ours: str


UDP = Kind("ex06", socket.SOCK_DGRAM, "chatlab.udp.client")
TCP = Kind("ex14", socket.SOCK_STREAM, "chatlab.tcp.client")


def run_own_client(kind: Kind, host: str, port: int, nickname: str | None, submission: Path | None) -> int:
    """Talk in the room at `host` and `port` by the learner's `talk`. Returns the exit code: 2 if it can't start, nobody
    answers or the room ends, 1 if it crashes or does not end.
    """
    interrupts = Interrupts()
    with ExitStack() as stack:
        try:
            file, room = OwnFile(kind.exercise, submission), ipv4(host, port)
            function: Any = file.use(lambda learner: learner.talk, Printed(), SECONDS)
            keyboard = open_keyboard(stack, interrupts)
            name = keyboard.read("nickname").strip() if nickname is None else nickname
        except (EOFError, KeyboardInterrupt):
            return 0
        except (ChatlabError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        if somebody_types():
            keyboard.show(f"{file.path} talks to {shown(room)} as {name}. Type a line and press Enter; {QUIT} leaves.")
        talk = OwnTalk(file, room, keyboard, echoes=kind is UDP)
        sock = socket.socket(socket.AF_INET, kind.socket)
        try:
            problem = talk.run(lambda lines: function(sock, name, room, lines, talk.show), interrupts)
        finally:
            if not talk.goes_on:  # else its threads would fail, and print why, until the program has ended
                sock.close()
    if problem is None:
        return 0
    ours = f" (chatlab's own client: python -m {kind.ours})" if isinstance(problem, NotStarted) else ""
    sys.stderr.write(f"{problem}{ours}\n")
    return 2 if isinstance(problem, NotStarted | NobodyAnswers) else 1
