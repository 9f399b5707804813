"""Coming, going, and what others hear of it."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.peer import HeardNothing, Unexpected
from chatlab.conformance.udp.peers import UdpPeer, UdpScene

# The default lease of a member, in seconds, and the interval of keep-alives.
LEASE = 120.0
ALIVE = 30.0


@case("SIGNUP_TAG:<nickname>: let me in under this name. To everyone in the room: <nickname> joined!")
def everyone_hears_who_joins(scene: UdpScene) -> None:
    scene.member("ada")
    scene.member("bob")
    scene.member("cy")


@case("A repeated sign-up from the same address and name is answered to that address alone.")
def a_repeated_sign_up_is_answered_to_that_address_alone(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.signs_up()
    ada.hears(f"{ada} joined!")
    ada.sends("still one of me")
    scene.everyone_hears(f"{ada}: still one of me")


@case("The server stamps every message with the nickname that it registered for that address.")
def a_member_keeps_its_nickname(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.signs_up(scene.name("carol"))
    bob.sends("who am I?")
    ada.hears(f"{bob}: who am I?")


@case("SIGNOUT_TAG: I am leaving. To everyone in the room: <nickname> left!")
def everyone_hears_who_leaves(scene: UdpScene) -> None:
    ada, bob, cy = scene.member("ada"), scene.member("bob"), scene.member("cy")
    bob.signs_out()
    for peer in (ada, cy):
        peer.hears(f"{bob} left!")


@case("An address that has not signed up hears nothing of the room.")
def who_has_left_hears_nothing_more(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.signs_out()
    ada.hears(f"{bob} left!")
    ada.sends("between us")
    ada.hears(f"{ada}: between us")
    bob.signs_up()
    if (heard := bob.next(f"{bob} joined!")) == f"{bob} left!".encode():  # allowed: it was told of its own leaving
        heard = bob.next(f"{bob} joined!")
    if heard != f"{bob} joined!".encode():
        raise Unexpected(f"bob had to hear nothing while it was out, and heard {heard!r}")


@case("SIGNOUT_TAG: I am leaving. (So the nickname is free.)")
def a_nickname_is_free_when_its_owner_has_left(scene: UdpScene) -> None:
    scene.member("ada")
    bob, successor = scene.member("bob"), scene.stranger("bob")
    scene.members.remove(bob)
    bob.signs_out()
    scene.everyone_hears(f"{bob} left!")
    successor.signs_up()
    scene.is_let_in(successor)


@case("What a client claims about its own name is never believed.")
def nobody_signs_out_another(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.sends(f"SIGNOUT_TAG:{bob}")
    bob.sends("I am here")
    before = bob.hears_in_the_end(f"{bob}: I am here")
    if f"{bob} left!".encode() in before:
        raise Unexpected(f"bob had to stay, but ada's SIGNOUT_TAG:{bob} put it out")


@case(
    "A member whose port answers 'unreachable' leaves: the room is told (where the server's system does not report it: "
    "after the idle limit).",
    slow=True,
)
def a_member_whose_port_is_closed_leaves(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.vanishes()
    ada.sends("anybody there?")
    ada.hears(f"{ada}: anybody there?")
    _hears_within_a_lease(ada, f"{bob} left!")


@case("A member that has been silent for the idle limit (default 120 s) leaves: the room is told.", slow=True)
def a_silent_member_leaves(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    _hears_within_a_lease(ada, f"{bob} left!")


def _hears_within_a_lease(peer: UdpPeer, expected: str) -> None:
    """`peer` hears `expected` next; until then it sends keep-alives."""
    for _ in range(int(LEASE // ALIVE)):
        try:
            return peer.hears(expected, ALIVE)
        except HeardNothing:
            peer.sends("")
    return peer.hears(expected, ALIVE)
