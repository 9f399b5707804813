"""The UDP room as a scene: who hears what there."""

from __future__ import annotations

import contextlib

from chatlab.conformance.peer import abridged
from chatlab.conformance.play import HeardNothing, Unexpected
from chatlab.conformance.scene import Scene
from chatlab.conformance.udp.peers import UdpPeer, is_refusal
from chatlab.room.events import Joined, Left, Said
from chatlab.udp.protocol import JOINED, LEFT, PROVE, REFUSED, build_answer


class UdpScene(Scene[UdpPeer]):
    """Peers of the UDP room at `address`."""

    def is_let_in(self, peer: UdpPeer) -> None:
        self.members.append(peer)
        self.everyone_hears(build_answer(Joined(peer.nickname)))

    def is_let_in_after(self, peer: UdpPeer, *refused: str | bytes) -> None:
        for nickname in refused:
            peer.signs_up(nickname)
        self.is_let_in_after_all(peer)

    def is_let_in_after_all(self, peer: UdpPeer) -> list[bytes]:
        """`peer` signs up, is let in, and everybody hears so next. Returns what it has heard before that.

        Raises Unexpected if that was anything but refusals: a stranger hears nothing else.
        """
        joined = build_answer(Joined(peer.nickname))
        peer.signs_up()
        answers = peer.hears_in_the_end(joined)
        self.everyone_hears(joined)
        self.members.append(peer)
        for answer in answers:
            if not is_refusal(answer):
                raise Unexpected(f"{peer.label}, a stranger, could only hear a {REFUSED}, and heard {abridged(answer)}")
        return answers

    def all_hear(self, speaker: UdpPeer, text: str) -> None:
        self.everyone_hears(build_answer(Said(speaker.nickname, text)))

    def notices(self, one: UdpPeer, other: UdpPeer) -> tuple[str, ...]:
        return (f"{other}{LEFT}", f"{one}{JOINED}", f"{REFUSED}go away", f"{PROVE}0123456789abcdef")

    def answers(self, newcomer: UdpPeer) -> bool:
        guest = self.stranger("guest")  # some rooms tell only others
        for peer in (newcomer, guest):
            peer.signs_up()
            peer.says("hello")
            with contextlib.suppress(HeardNothing):
                newcomer.next("something")
                return True
        return False

    def _make(self, label: str, nickname: str) -> UdpPeer:
        return UdpPeer(self.address, self.play, label, nickname)

    def _left(self, peer: UdpPeer) -> bytes:
        return build_answer(Left(peer.nickname))
