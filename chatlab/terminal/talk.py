"""A talk from the keyboard: choose a nickname, enter, say what is typed, show what happens, leave."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

from chatlab.room.errors import ChatlabError, Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.room.limits import RoomLimits
from chatlab.room.rate_limit import TokenBucket
from chatlab.service.interfaces import Client
from chatlab.service.signals import Interrupts
from chatlab.terminal.keyboard import Keyboard, open_keyboard, somebody_types

QUIT = "!q"
LIMITS = RoomLimits()
PIPED = f"Lines that are piped in are said at {LIMITS.rate_limit:g} a second, a room's default limit."
# Lines of one paste: as many as a member may say at once, so that none of them is refused.
MOST_LINES = int(LIMITS.burst)
# What is piped in is said no faster than a room with the default limits lets one member speak: a UDP room would refuse
# the rest, and a TCP room does not wait long for what a member that leaves has said too much. One second's worth less,
# since what a network delays comes closer together.
PIPED_AT_ONCE = LIMITS.burst - LIMITS.rate_limit
# How long to wait for the room's answer to a line that was piped in, in seconds, before the next one is sent.
ECHO_WAIT = 1.0


def run_client(make: Callable[[str], Client], nickname: str | None) -> int:
    """Talk in a room until !q, the end of the input or Ctrl-C. Returns the program's exit code.

    `make` makes the client for a nickname. Without one, or when it is refused, somebody is asked.
    """
    interrupts = Interrupts()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        try:
            keyboard = open_keyboard(stack, interrupts)
            client = _enter(make, nickname, keyboard, interrupts)
        except (ChatlabError, OSError) as error:
            stack.close()
            sys.stderr.write(f"{error}\n")
            return 2
        except EOFError:
            return 0
        stack.push(client.__exit__)
        _talk(client, keyboard, interrupts)
        with interrupts.may_end():  # the room may take its time to read what was piped in
            client.close()
    return 0


def _enter(make: Callable[[str], Client], nickname: str | None, keyboard: Keyboard, interrupts: Interrupts) -> Client:
    while True:
        wanted = keyboard.read("nickname").strip() if nickname is None else nickname
        if wanted == QUIT:
            raise EOFError
        client = make(wanted)
        client.on_event = lambda event: keyboard.show(in_a_line(event))
        try:
            with interrupts.may_end():
                client.start()
        except Refusal as refusal:
            if "--reliable" in str(refusal) or not somebody_types():  # no other nickname helps in a room of that kind
                raise
            keyboard.show(f"({refusal})")
            nickname = None
        else:
            return client


def _talk(client: Client, keyboard: Keyboard, interrupts: Interrupts) -> None:
    answered = threading.Event()
    asked: list[str] = []  # of the lines that were read last, those that are not answered

    def show(event: Event) -> None:
        keyboard.show(in_a_line(event))
        match event:
            case Said(client.nickname, text):
                with suppress(ValueError):
                    asked.remove(text)
                answered.set()
            case Refused():
                if len(asked) == 1:  # of several, nobody knows which one it was
                    keyboard.give_back(asked.pop())
                answered.set()

    client.on_event = show
    pace = TokenBucket(LIMITS.rate_limit, PIPED_AT_ONCE, time.monotonic())
    if somebody_types():
        keyboard.show(f"You are in the room as {client.nickname}. Type a line and press Enter; {QUIT} leaves.")
    while True:
        try:
            lines = keyboard.read("").split("\n")
        except EOFError:
            return
        asked[:] = filter(str.strip, lines)
        if len(lines) > MOST_LINES:
            keyboard.show(f"(these are {len(lines):,} lines: say at most {MOST_LINES} at once)")
            keyboard.give_back("\n".join(lines))
            continue
        for number, text in enumerate(lines):
            if text.strip() == QUIT:
                return
            answered.clear()
            try:
                with interrupts.may_end():  # the room may take its time to read
                    while text.strip() and not somebody_types() and not pace.take(time.monotonic()):
                        time.sleep(1 / pace.rate)
                    client.say(text)
            except (ChatlabError, OSError) as problem:
                keyboard.show(f"({problem})")
                keyboard.give_back("\n".join(lines[number:]))
                break
            if text.strip() and not somebody_types():
                answered.wait(ECHO_WAIT)


def in_a_line(event: Event) -> str:
    """As people read it. No nickname begins with a bracket, so no member can imitate the lines in brackets."""
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
