"""What is under way is a dataclass that is replaced at each step; match tells the states."""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


@dataclass(frozen=True)
class UnderWay:
    message: Message
    due_at: float
    wait: float
    tries_left: int


class Sender:
    def __init__(self, timeout: float, tries: int) -> None:
        self._timeout = timeout
        self._tries = tries
        self._queue: deque[bytes] = deque()
        self._state: UnderWay | None = None
        self._next_number = 0

    def send(self, payload: bytes, now: float) -> Message | None:
        match self._state:
            case None:
                return self._start(payload, now)
            case UnderWay():
                self._queue.append(payload)
                return None

    def acknowledge(self, number: int, now: float) -> Message | None:
        match self._state:
            case UnderWay(message=Message(number=n)) if n == number:
                self._state = None
                if self._queue:
                    return self._start(self._queue.popleft(), now)
        return None

    def tick(self, now: float) -> Message | None:
        state = self._state
        if state is None or state.due_at > now:
            return None
        if not state.tries_left:
            raise ConnectionError(f"Message {state.message.number}: {self._tries} tries, no acknowledgement")
        wait = state.wait * 2
        self._state = replace(state, due_at=now + wait, wait=wait, tries_left=state.tries_left - 1)
        return state.message

    def _start(self, payload: bytes, now: float) -> Message:
        message = Message(self._next_number, payload)
        self._next_number += 1
        self._state = UnderWay(message, now + self._timeout, self._timeout, self._tries - 1)
        return message


class Receiver:
    def __init__(self) -> None:
        self._last = -1

    def receive(self, message: Message) -> Reaction:
        match message.number - self._last:
            case 1:
                self._last = message.number
                return Reaction(message.payload, message.number)
            case ahead if ahead > 1:
                return Reaction(None, None)
            case _:
                return Reaction(None, message.number)
