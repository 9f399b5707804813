"""What members say in the UDP room, and what becomes of it."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.play import Deviation, Unexpected
from chatlab.conformance.udp.peers import is_refusal
from chatlab.conformance.udp.scene import UdpScene

MAX_BYTES = 1024
# As many texts as a member may say at once by the default limits, more of them, and the refusals that may come: one a
# second.
ENOUGH, MORE, MAX_REFUSALS = 100, 30, 3


@case(
    "What a member says goes to everyone in the room as `<nickname>: <text>`, its speaker included.",
    deviation=Deviation.ECHO,
)
def everyone_hears_what_is_said(scene: UdpScene) -> None:
    ada, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.says("hello")
    scene.all_hear(ada, "hello")
    bob.says("hello, ada")
    scene.all_hear(bob, "hello, ada")


@case("A text may begin with `<own nickname>: `, which is taken off once; this is what the original client sends.")
def the_own_nickname_is_not_doubled(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says(f"{ada}: hello")
    scene.all_hear(ada, "hello")
    ada.says(f"{ada}: {ada}: hello")
    scene.all_hear(ada, f"{ada}: hello")


@case("So a text that looks like a command can be said: behind the own nickname it is a text.")
def what_looks_like_a_command_can_be_said(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in ("SIGNOUT_TAG:", "SIGNUP_TAG:eve"):
        ada.says(f"{ada}: {text}")
        scene.all_hear(ada, text)


@case("Control characters (C0, C1, DEL, ESC among them) are removed.")
def a_line_end_is_removed(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("two\nlines\n")
    scene.all_hear(ada, "twolines")


@case("Text that shows nothing after that is not sent on: no text, white space alone, invisible characters alone.")
def the_own_nickname_alone_is_not_sent_on(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says(f"{ada}: ", "now I say something")
    scene.all_hear(ada, "now I say something")


@case("An empty datagram keeps the lease and says nothing; clients send one every 25 s.")
def a_keep_alive_is_not_sent_on(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("", "now I say something")
    scene.all_hear(ada, "now I say something")


@case("A message has at most 1,024 bytes on the wire; over TCP, its newline included.")
def the_longest_text_arrives_whole(scene: UdpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in ("x" * MAX_BYTES, "é" * (MAX_BYTES // 2)):
        ada.says(text)
        scene.all_hear(ada, text)


@case("A datagram longer than the limit is refused, not cut.")
def a_longer_text_is_refused(scene: UdpScene) -> None:
    for member, size in ((scene.member("ada"), MAX_BYTES + 1), (scene.member("bob"), 9_000)):
        member.says("x" * size)
        member.is_refused()
        member.says("something shorter")
        scene.all_hear(member, "something shorter")


@case("A member that says more than it may is refused, at most once a second.")
def who_talks_too_much_is_not_refused_each_time(scene: UdpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    refusals = 0
    for texts in (ENOUGH, MORE):  # one after the other: a room may drop what comes all at once
        ada.says(*(f"chatter {number}" for number in range(texts)))
        bob.says("so much")
        refusals += sum(map(is_refusal, ada.hears_in_the_end(f"{bob}: so much")))
    if refusals > MAX_REFUSALS:
        raise Unexpected(f"ada said {ENOUGH + MORE} texts at once, and was refused {refusals} times within a second")
