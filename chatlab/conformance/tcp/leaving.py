"""How a connection of the TCP room ends, and who hears of it."""

from __future__ import annotations

import time

from chatlab.conformance.case import case
from chatlab.conformance.peer import THE_END
from chatlab.conformance.play import Deviation, Unexpected
from chatlab.conformance.tcp.scene import TcpScene

# More lines than anybody may say within PARTING_TIME seconds, which is as long as a member that has ended its stream
# stays; and how much later its end may come.
MANY = 1000
PARTING_TIME = 10.0
GRACE = 2.0


@case(
    "The end of the stream is a goodbye: everyone else hears `<nickname> left the chat!`, once all is said that came "
    "before it, and the room closes the connection.",
    deviation=Deviation.LEAVES,
)
def everyone_else_hears_who_leaves(scene: TcpScene) -> None:
    _, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    scene.leaves(bob)


@case(
    "The end of the stream is a goodbye: everyone else hears `<nickname> left the chat!`, once all is said that came "
    "before it, and the room closes the connection."
)
def the_end_of_the_stream_is_a_goodbye(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("my last words")
    ada.ends_its_stream()
    scene.all_hear(ada, "my last words")
    scene.has_left(ada)
    ada.hears(THE_END)


@case("A connection that is reset is a goodbye too.")
def a_reset_is_a_goodbye(scene: TcpScene) -> None:
    scene.member("ada")
    bob = scene.member("bob")
    bob.resets()
    scene.has_left(bob)
    scene.member("bob")


@case("Nobody hears of a stranger that leaves.")
def who_never_came_in_does_not_leave(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    polite, rude = scene.stranger("eve"), scene.stranger("mallory")
    polite.ends_its_stream()
    polite.hears(THE_END)
    rude.resets()
    ada.says("nobody was here")
    bob.hears(f"{ada}: nobody was here")


@case(
    "A member that ends its stream while much of what it said waits for its time is out 10 s later at the latest, and "
    "what has not been said by then is not said.",
    slow=True,
)
def who_ends_its_stream_is_out_soon(scene: TcpScene) -> None:
    scene.play.needs(Deviation.LEAVES)
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says(*(f"line {number}" for number in range(MANY)))
    ada.ends_its_stream()
    ends_by = time.monotonic() + PARTING_TIME + GRACE
    while bob.next(f"{ada} left the chat!") != f"{ada} left the chat!".encode():
        if time.monotonic() > ends_by:
            raise Unexpected(f"ada had to be out {PARTING_TIME:g} s after the end of its stream, and still talks")
    ada.hears(THE_END)
