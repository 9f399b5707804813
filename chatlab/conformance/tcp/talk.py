"""What members say in the TCP room, and what becomes of it."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.play import Deviation, Unexpected
from chatlab.conformance.tcp.scene import TcpScene

# Lines that a member says without a pause; with the default limits it may say 100.
MANY, TOO_MANY = 50, 110


@case(
    "What a member says goes to everyone else as `<nickname>: <text>`, and not back to its speaker.",
    deviation=Deviation.ECHO,
)
def no_echo(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says("do I hear myself?")
    bob.hears(f"{ada}: do I hear myself?")
    bob.says("you do not")
    ada.hears(f"{bob}: you do not")


@case("What a member says goes to everyone else as `<nickname>: <text>`, and not back to its speaker.")
def everyone_else_hears_what_is_said(scene: TcpScene) -> None:
    ada, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.says("hello")
    scene.all_hear(ada, "hello")
    bob.says("hello, ada")
    scene.all_hear(bob, "hello, ada")


@case("Text that shows nothing after that is not sent on: no text, white space alone, invisible characters alone.")
def an_empty_line_is_not_sent_on(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("", "\r", "now I say something")
    scene.all_hear(ada, "now I say something")


@case("What one speaker says arrives everywhere in the order in which it was said.")
def lines_keep_their_order(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says(*(f"line {number}" for number in range(MANY)))
    for number in range(MANY):
        scene.all_hear(ada, f"line {number}")


@case(
    "Nothing that was accepted is lost to a member that keeps reading, but the last lines of a member that leaves "
    "(10 s)."
)
def nothing_is_lost_when_many_talk(scene: TcpScene) -> None:
    speakers = [scene.member(stem) for stem in ("ada", "bob", "cy")]
    reader = scene.member("reader")
    for number in range(MANY):
        for speaker in speakers:
            speaker.says(f"line {number}")
    expected = {speaker.nickname: 0 for speaker in speakers}
    for _ in range(MANY * len(speakers)):
        nickname, _, text = reader.next("a line of each speaker").decode("utf-8", "replace").partition(": ")
        if text != f"line {expected.get(nickname)}":
            raise Unexpected(f"reader had to hear the lines of each speaker in order, and heard {text!r} of {nickname}")
        expected[nickname] += 1


@case(
    "A member that says more than it may is not refused: the room reads no faster, so nothing is lost while it stays."
)
def who_talks_too_much_loses_nothing(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says(*(f"chatter {number}" for number in range(TOO_MANY)))
    for number in range(TOO_MANY):
        bob.hears(f"{ada}: chatter {number}")
    bob.says("that was much")
    ada.hears(f"{bob}: that was much")
