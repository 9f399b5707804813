"""Choosing a nickname in the TCP room, and coming in."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.play import Deviation, HeardNothing, Unexpected
from chatlab.conformance.tcp.peers import TcpPeer
from chatlab.conformance.tcp.scene import TcpScene
from chatlab.tcp.protocol import NICK, WELCOME

TRIES = 10
# The default time to choose a nickname in, in seconds, and how much later the end may come.
NICKNAME_TIME = 30.0
GRACE = 5.0


@case("Lines end with `\\n`; a `\\r` before it is dropped.", deviation=Deviation.LINE_ENDS)
def what_the_room_says_ends_with_a_newline(scene: TcpScene) -> None:
    scene.peer("ada").hears(NICK)


@case(
    "A client that connects hears `NICK`, answers with a line that is its nickname, and hears `Connected to the "
    "server!`.",
    basic=True,
)
def a_newcomer_is_asked_and_let_in(scene: TcpScene) -> None:
    scene.member("ada")


@case("A newcomer hears nothing of its own coming but `Connected to the server!`.", deviation=Deviation.JOINS)
def a_newcomer_does_not_hear_of_itself(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.stranger("bob")
    bob.signs_up()
    bob.hears(WELCOME)
    bob.says("welcome")
    if f"{ada} joined the chat".encode() in ada.hears_in_the_end(f"{bob}: welcome"):
        raise Unexpected("ada had to hear of her own coming by the welcome alone")


@case("Everyone else hears `<nickname> joined the chat`.", deviation=Deviation.JOINS)
def everyone_else_hears_who_joins(scene: TcpScene) -> None:
    scene.member("ada")
    scene.member("bob")
    scene.member("cy")


@case("A stranger hears nothing of the room.")
def who_has_no_nickname_hears_nothing(scene: TcpScene) -> None:
    eve, ada, bob = scene.stranger("eve"), scene.member("ada"), scene.member("bob")
    ada.says("between us")
    bob.hears(f"{ada}: between us")
    eve.signs_up()
    scene.is_let_in(eve)


@case("A stranger that has not chosen yet keeps nobody else waiting.")
def who_has_no_nickname_does_not_shut_the_door(scene: TcpScene) -> None:
    silent = scene.stranger("silent")
    half = scene.stranger("half")
    half.sends("half a nick")
    scene.member("ada")
    silent.signs_up()
    scene.is_let_in(silent)


@case("A nickname that is refused is answered with `NICK <reason>`, and the next line is taken as another try.")
def a_taken_nickname_is_refused(scene: TcpScene) -> None:
    ada, eve = scene.member("ada"), scene.stranger("eve")
    scene.is_let_in_after(eve, ada.nickname)


@case("A connection may try 10 nicknames, then it hears `ERROR <reason>`.")
def the_tenth_nickname_may_be_right(scene: TcpScene) -> None:
    scene.is_let_in_after(scene.stranger("eve"), *["not a nickname"] * (TRIES - 1))


@case("A connection may try 10 nicknames, then it hears `ERROR <reason>`.")
def ten_wrong_nicknames_are_the_end(scene: TcpScene) -> None:
    eve = scene.stranger("eve")
    for _ in range(TRIES - 1):
        eve.signs_up("not a nickname")
        eve.is_refused()
    eve.signs_up("not a nickname")
    eve.is_cut_off()


@case("A stranger has 30 s to choose a nickname, however it dribbles, then it hears `ERROR <reason>`.", slow=True)
def who_does_not_choose_is_cut_off(scene: TcpScene) -> None:
    _is_cut_off_in_time(scene.stranger("eve"), dribble="")


@case("A stranger has 30 s to choose a nickname, however it dribbles, then it hears `ERROR <reason>`.", slow=True)
def who_sends_a_byte_a_second_is_cut_off(scene: TcpScene) -> None:
    _is_cut_off_in_time(scene.stranger("eve"), dribble="e")


def _is_cut_off_in_time(eve: TcpPeer, dribble: str) -> None:
    """`eve` sends `dribble` once a second, and hears an ERROR when its time is over."""
    for _ in range(round(NICKNAME_TIME + GRACE)):
        try:
            return eve.is_cut_off(patience=1.0)
        except HeardNothing:
            eve.sends(dribble)
    return eve.is_cut_off()
