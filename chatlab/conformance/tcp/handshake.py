"""Choosing a nickname."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import LOOKALIKES, NICKNAMES, NOT_NICKNAMES, RESERVED
from chatlab.conformance.peer import HeardNothing
from chatlab.conformance.tcp.peers import TcpPeer, TcpScene

TRIES = 10
# The default time to choose a nickname in, in seconds, and how much later the end may come.
NICKNAME_TIME = 30.0
GRACE = 5.0


@case("NICK: choose a nickname. Connected to the server!: you are in. To everyone else: <nickname> joined the chat")
def a_newcomer_is_asked_let_in_and_announced(scene: TcpScene) -> None:
    scene.member("ada")
    scene.member("bob")
    scene.member("cy")


@case("<nickname> joined the chat goes to everyone else.")
def a_newcomer_does_not_hear_of_itself(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says("welcome")
    bob.hears(f"{ada}: welcome")


@case("Until it has a nickname a connection hears nothing of the room.")
def who_has_no_nickname_hears_nothing(scene: TcpScene) -> None:
    eve, ada, bob = scene.stranger("eve"), scene.member("ada"), scene.member("bob")
    ada.says("between us")
    bob.hears(f"{ada}: between us")
    eve.signs_up()
    scene.is_let_in(eve)


@case("NICK: the next line is taken as a nickname.")
def who_has_no_nickname_does_not_shut_the_door(scene: TcpScene) -> None:
    silent = scene.stranger("silent")
    half = scene.stranger("half")
    half.sends("half a nick")
    scene.member("ada")
    silent.signs_up()
    scene.is_let_in(silent)


@case("NICK <reason>: that one was refused, and why; choose again.")
def a_taken_nickname_is_refused(scene: TcpScene) -> None:
    ada, eve = scene.member("ada"), scene.stranger("eve")
    eve.signs_up(ada.nickname)
    eve.is_refused()
    eve.signs_up()
    scene.is_let_in(eve)


@case("Two nicknames are the same if they look the same: NFKC, casefold, confusables skeleton (UTS 39).")
def a_nickname_that_looks_taken_is_refused(scene: TcpScene) -> None:
    for number, (taken, lookalike) in enumerate(LOOKALIKES):
        owner, eve = scene.member(taken), scene.stranger(f"eve{number}")
        eve.signs_up(scene.name(lookalike))
        eve.is_refused()
        owner.close()
        scene.has_left(owner)


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def nicknames_of_any_script(scene: TcpScene) -> None:
    for stem in NICKNAMES:
        scene.member(stem)


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def a_nickname_of_twenty_characters(scene: TcpScene) -> None:
    scene.member("twenty-characters-long")
    scene.member("двадцать-знаков-в-имени")


@case("1 to 20 characters, letters and digits of any script, `_` and `-`; normalised with NFKC.")
def a_nickname_is_normalised(scene: TcpScene) -> None:
    scene.member("ada")
    wide = scene.stranger("ｗｉｄｅ")
    wide.signs_up()
    wide.nickname = scene.name("wide")
    scene.is_let_in(wide)


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def no_other_nicknames(scene: TcpScene) -> None:
    scene.member("ada")
    for number, nickname in enumerate(("", "x" * 21, *NOT_NICKNAMES)):
        eve = scene.stranger(f"eve{number}")
        eve.signs_up(nickname)
        eve.is_refused()
        eve.signs_up()
        scene.is_let_in(eve)


@case("Names that could be taken for the server's own words are reserved (NICK, ERROR, SERVER, in any case).")
def reserved_nicknames(scene: TcpScene) -> None:
    scene.member("ada")
    eve = scene.stranger("eve")
    for nickname in RESERVED:
        eve.signs_up(nickname)
        eve.is_refused()
    eve.signs_up()
    scene.is_let_in(eve)


@case("A connection may try 10 nicknames.")
def the_tenth_nickname_may_be_right(scene: TcpScene) -> None:
    eve = scene.stranger("eve")
    for _ in range(TRIES - 1):
        eve.signs_up("not a nickname")
        eve.is_refused()
    eve.signs_up()
    scene.is_let_in(eve)


@case("A connection may try 10 nicknames, then ERROR.")
def ten_wrong_nicknames_are_the_end(scene: TcpScene) -> None:
    eve = scene.stranger("eve")
    for _ in range(TRIES - 1):
        eve.signs_up("not a nickname")
        eve.is_refused()
    eve.signs_up("not a nickname")
    eve.is_cut_off()


@case("It has 30 s to choose a nickname, then ERROR.", slow=True)
def who_does_not_choose_is_cut_off(scene: TcpScene) -> None:
    _is_cut_off_in_time(scene.stranger("eve"), dribble="")


@case("It has 30 s to choose a nickname, then ERROR.", slow=True)
def who_sends_a_byte_a_second_is_cut_off(scene: TcpScene) -> None:
    _is_cut_off_in_time(scene.stranger("eve"), dribble="e")


def _is_cut_off_in_time(eve: TcpPeer, dribble: str) -> None:
    """`eve`, who sends `dribble` once a second, hears an ERROR when its time is over."""
    for _ in range(round(NICKNAME_TIME + GRACE)):
        try:
            return eve.is_cut_off(patience=1.0)
        except HeardNothing:
            eve.sends(dribble)
    return eve.is_cut_off()
