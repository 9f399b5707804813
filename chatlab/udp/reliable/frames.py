"""The reliable room's datagrams: the plain room's, numbered, and acknowledgements. Pure: bytes to frames and back.

    MSG_TAG:<session> <number> <plain datagram>    Numbered         both ways: a message
    ACK_TAG:<session> <number>                     Acknowledgement  both ways: I have that message of yours
    RST_TAG:<session> <plain datagram>             Reset            from the room: there is no such session (any more)

- A session is one stay in the room. The client invents its name, 8 hexadecimal digits at random, when it signs up. So a
  late datagram of an earlier stay, from the same port too, is not taken for one of this stay (RFC 9293, section 3.4.1,
  on why TCP starts from a random number).
- Message 0 of a member is its sign-up. Each direction counts its own messages from 0: decimal, up to 12 digits. At ten
  thousand a second they last for three years; then nobody acknowledges, and the session ends. None is used twice.
- A reset tells why: a refusal or a challenge; it is left out where it would be longer than what a stranger sent.
- Whatever else comes to the room, a plain client's sign-up among it, gets a plain refusal. So does the sign-up of a
  reliable client in a plain room. So each finds out in which kind of room it is.
- An acknowledgement of the last goodbye may be lost, and no further message can change that (the two generals'
  problem). So a room acknowledges a sign-out again in a session that it no longer has, and a client stops asking.

Lesson 08 says why plain ones are not enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatlab.room.events import Refused
from chatlab.udp.protocol import MAX_DATAGRAM, Challenge, build_answer, build_refusal

MESSAGE, ACKNOWLEDGEMENT, RESET = "MSG_TAG:", "ACK_TAG:", "RST_TAG:"
SESSION, NUMBER = "[0-9a-f]{8}", "[0-9]{1,12}"
FIRST = 0  # the number of the sign-up
# The most bytes that a frame has before its plain datagram.
HEADER_BYTES = len(f"{MESSAGE}01234567 012345678901 ")

_MESSAGE = re.compile(f"{MESSAGE}({SESSION}) ({NUMBER}) (.*)".encode(), re.DOTALL)
_ACKNOWLEDGEMENT = re.compile(f"{ACKNOWLEDGEMENT}({SESSION}) ({NUMBER})".encode())
_RESET = re.compile(f"{RESET}({SESSION}) (.*)".encode(), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Numbered:
    """Message `number` of `session`: a plain datagram."""

    session: str
    number: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Message `number` of `session` has arrived."""

    session: str
    number: int


@dataclass(frozen=True, slots=True)
class Reset:
    """The room has no such session. `payload`: a plain datagram that says why, or nothing."""

    session: str
    payload: bytes


Frame = Numbered | Acknowledgement | Reset


def parse_frame(datagram: bytes) -> Frame | None:
    """What a datagram says, from any bytes; None if it is none of the reliable room's."""
    if message := _MESSAGE.fullmatch(datagram):
        return Numbered(message[1].decode(), int(message[2]), message[3])
    if acknowledgement := _ACKNOWLEDGEMENT.fullmatch(datagram):
        return Acknowledgement(acknowledgement[1].decode(), int(acknowledgement[2]))
    if reset := _RESET.fullmatch(datagram):
        return Reset(reset[1].decode(), reset[2])
    return None


def build_frame(frame: Frame) -> bytes:
    match frame:
        case Numbered(session, number, payload):
            return f"{MESSAGE}{session} {number} ".encode() + payload
        case Acknowledgement(session, number):
            return f"{ACKNOWLEDGEMENT}{session} {number}".encode()
        case Reset(session, payload):
            return f"{RESET}{session} ".encode() + payload


def build_reset(session: str, why: Refused | Challenge, at_most: int | None = None) -> bytes:
    """A reset that says why, in at most `at_most` bytes: those of the shortest Numbered, or more.

    A refusal is cut; a challenge, of which a part is of no use, is left out.
    """
    bare = build_frame(Reset(session, b""))
    room = MAX_DATAGRAM if at_most is None else at_most - len(bare)
    if isinstance(why, Refused):
        return bare + build_refusal(why.reason, room)
    challenge = build_answer(why)
    return bare + challenge if len(challenge) <= room else bare
