"""Who goes without a word, in the UDP room: by a closed port, or by silence."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.play import HeardNothing, Unexpected
from chatlab.conformance.udp.peers import UdpPeer
from chatlab.conformance.udp.scene import UdpScene
from chatlab.udp.protocol import ALIVE

# The default lease of a member, in seconds.
LEASE = 120.0


@case("A member whose port answers 'unreachable' is out, where the server's system reports it.", slow=True)
def a_member_whose_port_is_closed_leaves(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.vanishes()
    ada.says("anybody there?")
    ada.hears(f"{ada}: anybody there?")
    _hears_within_a_lease(ada, f"{bob} left!")


@case(
    "A sign-up for a taken nickname waits for a tenth of a second, while the holder gets an empty datagram: if the "
    "holder's port turns out to be closed, the holder is out and the sign-up gets in, else it is refused.",
    slow=True,
)
def a_closed_port_gives_its_nickname_back(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.vanishes()
    scene.members.remove(bob)
    successor = scene.stranger("bob")
    successor.signs_up()
    _hears_within_a_lease(ada, f"{bob} left!")
    if ada.next(f"{bob} joined!", ALIVE) != f"{bob} joined!".encode():
        raise Unexpected("the successor had to get in")
    scene.members.append(successor)
    successor.says("here I am again")
    successor.hears_in_the_end(f"{successor}: here I am again")


@case(
    "Membership is a lease: a member that has been silent for the idle limit (default 120 s) is out, and is told so "
    "itself by its own `<nickname> left!`.",
    slow=True,
)
def a_silent_member_leaves(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    _hears_within_a_lease(ada, f"{bob} left!")
    bob.hears(f"{bob} left!")


def _hears_within_a_lease(peer: UdpPeer, expected: str) -> None:
    """`peer` hears `expected` next; until then it sends keep-alives."""
    for _ in range(int(LEASE // ALIVE)):
        try:
            return peer.hears(expected, ALIVE)
        except HeardNothing:
            peer.sends("")
    return peer.hears(expected, ALIVE)
