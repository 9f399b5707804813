"""The TCP room as a scene: who hears what there."""

from __future__ import annotations

import contextlib

from chatlab.conformance.play import HeardNothing, Play
from chatlab.conformance.scene import Scene
from chatlab.conformance.tcp.peers import Secure, TcpPeer
from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Said
from chatlab.tcp.protocol import ERROR, JOINED, LEFT, NICK, WELCOME, Answer, build_answer


class TcpScene(Scene[TcpPeer]):
    """Peers of the TCP room at `address`."""

    def __init__(self, address: Address, play: Play, secure: Secure = lambda sock: sock) -> None:
        super().__init__(address, play)
        self._secure = secure

    def stranger(self, stem: str) -> TcpPeer:
        """Somebody who has been asked for a nickname."""
        with self.play.setting_up():
            peer = super().stranger(stem)
            peer.hears(NICK)
        return peer

    def is_let_in(self, peer: TcpPeer) -> None:
        with self.play.setting_up():
            peer.hears(WELCOME)
        self.everyone_hears(self._line(Joined(peer.nickname)))
        self.members.append(peer)

    def is_let_in_after(self, peer: TcpPeer, *refused: str | bytes) -> None:
        for nickname in refused:
            peer.signs_up(nickname)
            peer.is_refused()
        peer.signs_up()
        self.is_let_in(peer)

    def all_hear(self, speaker: TcpPeer, text: str) -> None:
        self.everyone_hears(self._line(Said(speaker.nickname, text)), but=speaker)

    def notices(self, one: TcpPeer, other: TcpPeer) -> tuple[str, ...]:
        return (f"{other}{LEFT}", f"{one}{JOINED}", NICK, f"{ERROR} go away", WELCOME)

    def answers(self, newcomer: TcpPeer) -> bool:
        for may_sign_up in (False, True):
            if may_sign_up and not newcomer.rest():
                newcomer.signs_up()
            with contextlib.suppress(HeardNothing):
                newcomer.next("something")
                return True
        return False

    def _make(self, label: str, nickname: str) -> TcpPeer:
        return TcpPeer(self.address, self.play, label, nickname, self._secure)

    def _left(self, peer: TcpPeer) -> bytes:
        return self._line(Left(peer.nickname))

    def _line(self, answer: Answer) -> bytes:
        return build_answer(answer).removesuffix(b"\n")
