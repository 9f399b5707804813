"""Which nicknames one can have."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import LOOKALIKES, NICKNAMES, NOT_NICKNAMES, RESERVED
from chatlab.conformance.udp.peers import UdpScene


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def nicknames_of_any_script(scene: UdpScene) -> None:
    for stem in NICKNAMES:
        scene.member(stem)


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def a_nickname_of_twenty_characters(scene: UdpScene) -> None:
    scene.member("twenty-characters-long")
    scene.member("двадцать-знаков-в-имени")


@case("1 to 20 characters, letters and digits of any script, `_` and `-`; normalised with NFKC.")
def a_nickname_is_normalised(scene: UdpScene) -> None:
    scene.member("ada")
    wide = scene.stranger("ｗｉｄｅ")
    wide.signs_up()
    wide.nickname = scene.name("wide")
    scene.is_let_in(wide)


@case("1 to 20 characters, letters and digits of any script, `_` and `-`.")
def no_other_nicknames(scene: UdpScene) -> None:
    scene.member("ada")
    for number, nickname in enumerate(("", "x" * 21, *NOT_NICKNAMES)):
        stranger = scene.stranger(f"eve{number}")
        stranger.signs_up(nickname)
        scene.is_let_in_after_all(stranger)


@case("Names that could be taken for the server's own words are reserved (NICK, ERROR, SERVER, in any case).")
def reserved_nicknames(scene: UdpScene) -> None:
    scene.member("ada")
    for number, nickname in enumerate(RESERVED):
        stranger = scene.stranger(f"eve{number}")
        stranger.signs_up(nickname)
        scene.is_let_in_after_all(stranger)


@case("Two nicknames are the same if they look the same: NFKC, casefold, confusables skeleton (UTS 39).")
def a_nickname_that_looks_taken_is_refused(scene: UdpScene) -> None:
    for number, (taken, lookalike) in enumerate(LOOKALIKES):
        owner, stranger = scene.member(taken), scene.stranger(f"eve{number}")
        for nickname in (owner.nickname, scene.name(lookalike)):
            stranger.signs_up(nickname)
        scene.is_let_in_after_all(stranger)
        for leaving in (owner, stranger):
            scene.members.remove(leaving)
            leaving.signs_out()
            scene.everyone_hears(f"{leaving} left!")
