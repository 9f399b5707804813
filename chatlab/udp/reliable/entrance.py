"""How a stranger comes into the reliable room, or hears why not. Pure: told the time.

    a stranger's message is                         then
    a sign-out                                      acknowledged: it may be the repeat of one that was a member's
    not number 0, or no sign-up, or of a session    a reset
      that has ended
    a sign-up without its token                     a reset with a challenge, if the room wants proof of its address
    a sign-up too soon after others                 nothing: it will come again
    a sign-up for a taken nickname                  it waits while the holder is probed: see `chatlab.udp.waiting`
    a sign-up                                       acknowledged, in a session from now on; or a reset says why not

A reset has no more bytes than the message had: its address may be forged.
"""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.addresses import Arrival
from chatlab.room.errors import Refusal
from chatlab.room.events import Refused
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery, to_one
from chatlab.udp.limits import Reason
from chatlab.udp.protocol import Challenge, SignOut, SignUp, parse_request
from chatlab.udp.reliable.frames import FIRST, Acknowledgement, Numbered, build_frame, build_reset
from chatlab.udp.reliable.session_table import SessionTable


class Answer(NamedTuple):
    """What goes out as it is, and what the members are to hear."""

    deliveries: list[Delivery]
    announced: list[Delivery]


class Entrance:
    """Of the room of `chat`, whose members have `sessions`."""

    def __init__(self, chat: UdpChat, sessions: SessionTable) -> None:
        self._chat = chat
        self._sessions = sessions

    def receive(self, message: Numbered, arrival: Arrival, now: float, *, may_wait: bool) -> Answer:
        """What follows from `message`, which came in the datagram `arrival`. It may start a member's stay anew, too."""
        address, size, name = arrival.address, len(arrival.datagram), message.session
        request = parse_request(message.payload)
        acknowledgement = build_frame(Acknowledgement(name, message.number))

        def reset(why: Refused | Challenge) -> Answer:
            return Answer(to_one(address, build_reset(name, why, size)), [])

        if isinstance(request, SignOut):
            return Answer(to_one(address, acknowledgement), [])
        is_old = message.number != FIRST or self._sessions.has_ended(address, name, now)
        if is_old or not isinstance(request, SignUp):
            return reset(Refused("sign up first"))
        if challenge := self._chat.challenge(request, address, now):
            return reset(challenge)
        if self._chat.comes_too_fast(request, address, now):
            return Answer([], [])
        # Who repeats what was refused has read the refusal by now, and is perhaps gone.
        waits = arrival if may_wait and not self._sessions.was_refused(address, name, now) else None
        length = len(message.payload)
        at_most = length - len(acknowledgement)
        try:
            self._chat.check_size(length)
            announced = self._chat.let_in(request, address, now, answer_bytes=at_most, waits=waits)
        except Refusal as refusal:
            self._sessions.refuse(address, name, now)
            return reset(Refused(str(refusal)))
        if address in self._chat.waiting:
            return Answer(announced, [])
        self._sessions.end(address, Reason.STARTED_AGAIN, now)
        session = self._sessions.open(address, name)
        return Answer(to_one(address, *session.receive(message, now).datagrams), announced)
