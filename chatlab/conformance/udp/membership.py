"""Coming, going, and what others hear of it, in the UDP room."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.peer import abridged
from chatlab.conformance.play import Deviation, Unexpected
from chatlab.conformance.udp.scene import UdpScene
from chatlab.udp.protocol import build_sign_up


@case(
    "A stranger that signs up with `SIGNUP_TAG:<nickname>` is let in, and everyone in the room hears `<nickname> "
    "joined!`, the newcomer included.",
    deviation=Deviation.JOINS,
)
def everyone_hears_who_joins(scene: UdpScene) -> None:
    scene.member("ada")
    scene.member("bob")
    scene.member("cy")


@case(
    "A member that sends `SIGNOUT_TAG:` is out, and everyone else in the room hears `<nickname> left!`.",
    deviation=Deviation.LEAVES,
)
def everyone_hears_who_leaves(scene: UdpScene) -> None:
    _, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    scene.leaves(bob)


@case(
    "A repeated sign-up from the same address and name is answered to that address alone: the first answer may have "
    "been lost."
)
def a_repeated_sign_up_is_answered_to_that_address_alone(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.signs_up()
    ada.hears(f"{ada} joined!")
    ada.says("still one of me")
    scene.all_hear(ada, "still one of me")


@case("A member that asks for another name is refused, and keeps the one that it has.")
def a_member_keeps_its_nickname(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    bob.signs_up(scene.name("carol"))
    bob.is_refused()
    bob.says("who am I?")
    ada.hears(f"{bob}: who am I?")


@case(
    "A sign-up may be padded with spaces, and they do not belong to the nickname; chatlab's clients pad theirs to 128 "
    "bytes."
)
def a_sign_up_may_be_padded(scene: UdpScene) -> None:
    _, bob = scene.member("ada"), scene.stranger("bob")
    bob.sends(build_sign_up(bob.nickname))
    scene.is_let_in(bob)


@case("A line end behind the nickname, as `nc -u` sends it, does not belong to it either.")
def a_sign_up_may_be_a_line(scene: UdpScene) -> None:
    scene.member("ada")
    for stem, end in (("bob", "\n"), ("cy", "\r\n")):
        newcomer = scene.stranger(stem)
        newcomer.signs_up(f"{newcomer}{end}")
        scene.is_let_in(newcomer)


@case("A room that wants no proof ignores a token.")
def a_token_that_nobody_asked_for(scene: UdpScene) -> None:
    _, bob = scene.member("ada"), scene.stranger("bob")
    bob.sends(build_sign_up(bob.nickname, "0123456789abcdef"))
    scene.is_let_in(bob)


@case("A stranger hears nothing of the room, and cannot speak in it.")
def who_has_left_hears_nothing_more(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    scene.leaves(bob)
    ada.says("between us")
    scene.all_hear(ada, "between us")
    bob.signs_up()
    bob.says("back again")
    allowed = (f"{bob} left!".encode(), f"{bob} joined!".encode())  # some rooms tell it of its own leaving
    for heard in bob.hears_in_the_end(f"{bob}: back again"):
        if heard not in allowed:
            raise Unexpected(f"bob had to hear nothing while it was out, and heard {abridged(heard)}")


@case("What a client claims about its own name is never believed.")
def nobody_signs_out_another(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.sends(f"SIGNOUT_TAG:{bob}")
    bob.says("I am here")
    before = bob.hears_in_the_end(f"{bob}: I am here")
    if f"{bob} left!".encode() in before:
        raise Unexpected(f"bob had to stay, but ada's SIGNOUT_TAG:{bob} put it out")
