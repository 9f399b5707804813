"""What members say, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import CONTROLS, EMPTY, NOT_UTF8, REORDERING, SEPARATORS, WHOLE, Text
from chatlab.conformance.peer import Unexpected
from chatlab.conformance.tcp.peers import TcpScene

# Lines that one says without a pause; with the default limits a member may say 100.
MANY = 50


@case("<nickname>: <text> goes to everyone but the speaker.")
def everyone_else_hears_what_is_said(scene: TcpScene) -> None:
    ada, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.says("hello")
    scene.others_hear(ada, f"{ada}: hello")
    bob.says("hello, ada")
    scene.others_hear(bob, f"{bob}: hello, ada")


@case("<nickname>: <text> goes to everyone but the speaker.")
def no_echo(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says("do I hear myself?")
    bob.hears(f"{ada}: do I hear myself?")
    bob.says("you do not")
    ada.hears(f"{bob}: you do not")


@case("Everything is UTF-8 text.")
def text_arrives_as_it_was_said(scene: TcpScene) -> None:
    _say(scene, WHOLE)


@case("What a client claims about its own name is never believed.")
def nobody_speaks_as_another(scene: TcpScene) -> None:
    ada, bob, cy = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.says(f"{bob}: I owe ada ten pounds")
    for peer in (bob, cy):
        peer.hears(f"{ada}: {bob}: I owe ada ten pounds")


@case("The server stamps every message with the nickname that it registered for that connection.")
def nobody_speaks_for_the_room(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for notice in (
        f"{bob} left the chat!",
        f"{ada} joined the chat",
        "NICK",
        "ERROR go away",
        "Connected to the server!",
    ):
        ada.says(notice)
        bob.hears(f"{ada}: {notice}")


@case("Control characters (C0, C1, DEL, ESC among them) are removed.")
def control_characters_are_removed(scene: TcpScene) -> None:
    _say(scene, CONTROLS)


@case("Line separators are removed.")
def line_separators_are_removed(scene: TcpScene) -> None:
    _say(scene, SEPARATORS)


@case("Bidirectional overrides and isolates are removed.")
def nobody_reorders_a_screen(scene: TcpScene) -> None:
    _say(scene, REORDERING)


@case("Bytes that are not UTF-8 become U+FFFD.")
def bytes_that_are_not_utf8(scene: TcpScene) -> None:
    _say(scene, NOT_UTF8)


@case("Text that is empty after cleaning is not sent on.")
def empty_text_is_not_sent_on(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says("", "\r", *EMPTY, "now I say something")
    bob.hears(f"{ada}: now I say something")


@case("What one speaker says arrives everywhere in the order it was said.")
def lines_keep_their_order(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says(*(f"line {number}" for number in range(MANY)))
    for number in range(MANY):
        scene.others_hear(ada, f"{ada}: line {number}")


@case("Nothing that was accepted is lost to a member that keeps reading.")
def nothing_is_lost_when_many_talk(scene: TcpScene) -> None:
    speakers = [scene.member(stem) for stem in ("ada", "bob", "cy")]
    reader = scene.member("reader")
    for number in range(MANY):
        for speaker in speakers:
            speaker.says(f"line {number}")
    expected = {speaker.nickname: 0 for speaker in speakers}
    for _ in range(MANY * len(speakers)):
        nickname, _, text = reader.next("a line of each speaker").decode().partition(": ")
        if text != f"line {expected.get(nickname)}":
            raise Unexpected(f"reader had to hear the lines of each speaker in order, and heard {text!r} of {nickname}")
        expected[nickname] += 1


def _say(scene: TcpScene, texts: Iterable[Text]) -> None:
    """A member says `texts`, and everyone else hears what is to be heard of them."""
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in texts:
        ada.says(text.said)
        scene.others_hear(ada, f"{ada}: {text.heard}")
