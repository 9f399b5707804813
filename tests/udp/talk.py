"""A UDP room without a network: datagrams go in by hand, and what each address hears is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chatlab.room.addresses import Address
from chatlab.udp.address_cookie import AddressCookie
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery
from chatlab.udp.limits import DEFAULT_LIMITS, Limits
from chatlab.udp.protocol import build_sign_up

Heard = dict[Address, list[bytes]]

ADA: Address = ("10.0.0.1", 8001)
BOB: Address = ("10.0.0.2", 8002)
EVE: Address = ("10.0.0.3", 8003)


class Talk:
    """A room, and its time: `now`, in seconds, is the test's to move on."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, proof: AddressCookie | None = None) -> None:
        self.log: list[str] = []
        self.now = 1000.0
        self.chat = UdpChat(limits, log=self.log.append, proof=proof)
        self.tick()  # as a server does

    def send(self, address: Address, datagram: bytes) -> Heard:
        """What each address hears when `datagram` comes from `address`."""
        return heard(self.chat.receive(datagram, address, self.now))

    def sign_up(self, address: Address, nickname: str, token: str = "") -> Heard:
        return self.send(address, build_sign_up(nickname, token))

    def tick(self, seconds: float = 0) -> Heard:
        """What is heard `seconds` later."""
        self.now += seconds
        return heard(self.chat.tick(self.now))


def heard(deliveries: Iterable[Delivery]) -> Heard:
    by_address: Heard = defaultdict(list)
    for datagram, recipients in deliveries:
        for recipient in recipients:
            by_address[recipient].append(datagram)
    return dict(by_address)
