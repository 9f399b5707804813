"""ex08 Stop-and-wait. About 40 minutes. Lesson: notebooks/08_reliable_delivery.ipynb

Both sides of a reliable talk, without a socket or a clock: the caller carries what is to be sent, and passes the time
in, in seconds. What is carried may be lost, come late, or come twice, in both directions.
"""

from typing import NamedTuple


class Message(NamedTuple):
    number: int  # 0, 1, 2, …
    payload: bytes


class Reaction(NamedTuple):
    """Of a receiver to a message: the payload to hand on, and the number to acknowledge; or None."""

    hand_on: bytes | None
    acknowledge: int | None


class Sender:
    """Each method answers with the message that is to be sent now, or None. One is under way at a time.

    A message that is not acknowledged is sent again after `timeout` seconds, then after twice as long, and so on, until
    it was sent `tries` times. The next one begins with `timeout` again.
    """

    def __init__(self, timeout: float, tries: int) -> None:
        raise NotImplementedError  # TODO: what a sender has to remember; then the methods, and the Receiver

    def send(self, payload: bytes, now: float) -> Message | None:
        """Take a payload, any bytes; they are sent as they are. While another is under way, it waits for its turn."""
        raise NotImplementedError

    def acknowledge(self, number: int, now: float) -> Message | None:
        """An acknowledgement of message `number` has arrived. It may be an old one."""
        raise NotImplementedError

    def tick(self, now: float) -> Message | None:
        """Called often. Raises ConnectionError once the last try has timed out; its text names number and tries."""
        raise NotImplementedError


class Receiver:
    def receive(self, message: Message) -> Reaction:
        """Hand on each payload once, in order. Acknowledge what was handed on, each time that it comes, however old it
        is. What comes before its turn is neither handed on nor acknowledged: its sender repeats it.
        """
        raise NotImplementedError
