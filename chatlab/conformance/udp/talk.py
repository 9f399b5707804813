"""What members say, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import CONTROLS, EMPTY, NOT_UTF8, REORDERING, SEPARATORS, WHOLE, Text
from chatlab.conformance.udp.peers import UdpScene

MAX_BYTES = 1024


@case("<nickname>: <text> goes to everyone in the room, its sender included.")
def everyone_hears_what_is_said(scene: UdpScene) -> None:
    ada, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.sends("hello")
    scene.everyone_hears(f"{ada}: hello")
    bob.sends("hello, ada")
    scene.everyone_hears(f"{bob}: hello, ada")


@case("Everything is UTF-8 text.")
def text_arrives_as_it_was_said(scene: UdpScene) -> None:
    _say(scene, WHOLE)


@case("<text> or <own nickname>: <text>: say this.")
def the_own_nickname_is_not_doubled(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.sends(f"{ada}: hello")
    scene.everyone_hears(f"{ada}: hello")
    ada.sends(f"{ada}: {ada}: hello")
    scene.everyone_hears(f"{ada}: {ada}: hello")


@case("What a client claims about its own name is never believed.")
def nobody_speaks_as_another(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.sends(f"{bob}: I owe ada ten pounds")
    scene.everyone_hears(f"{ada}: {bob}: I owe ada ten pounds")


@case("The server stamps every message with the nickname that it registered for that address.")
def nobody_speaks_for_the_room(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for notice in (f"{bob} left!", f"{ada} joined!", "REFUSED_TAG:go away"):
        ada.sends(notice)
        scene.everyone_hears(f"{ada}: {notice}")


@case("Control characters (C0, C1, DEL, ESC among them) are removed.")
def control_characters_are_removed(scene: UdpScene) -> None:
    _say(scene, (*CONTROLS, Text(b"two\nlines", "twolines")))


@case("Line separators are removed.")
def line_separators_are_removed(scene: UdpScene) -> None:
    _say(scene, SEPARATORS)


@case("Bidirectional overrides and isolates are removed.")
def nobody_reorders_a_screen(scene: UdpScene) -> None:
    _say(scene, REORDERING)


@case("Bytes that are not UTF-8 become U+FFFD.")
def bytes_that_are_not_utf8(scene: UdpScene) -> None:
    _say(scene, NOT_UTF8)


@case("Text that is empty after cleaning is not sent on.")
def empty_text_is_not_sent_on(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in (*EMPTY, f"{ada}: ".encode()):
        ada.sends(text)
    ada.sends("now I say something")
    scene.everyone_hears(f"{ada}: now I say something")


@case("An empty datagram: I am still here.")
def a_keep_alive_is_not_sent_on(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.sends("")
    ada.sends("now I say something")
    scene.everyone_hears(f"{ada}: now I say something")


@case("Text: at most 1,024 bytes a message on the wire.")
def the_longest_text_arrives_whole(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in ("x" * MAX_BYTES, "é" * (MAX_BYTES // 2)):
        ada.sends(text)
        scene.everyone_hears(f"{ada}: {text}")


@case("A datagram longer than the limit is refused, not cut. REFUSED_TAG:<reason> goes to the one address.")
def a_longer_text_is_refused(scene: UdpScene) -> None:
    for member, size in ((scene.member("ada"), MAX_BYTES + 1), (scene.member("bob"), 9_000)):
        member.sends("x" * size)
        member.is_refused()
        member.sends("something shorter")
        scene.everyone_hears(f"{member}: something shorter")


def _say(scene: UdpScene, texts: Iterable[Text]) -> None:
    """A member says `texts`, and everyone hears what is to be heard of them."""
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in texts:
        ada.sends(text.said)
        scene.everyone_hears(f"{ada}: {text.heard}")
