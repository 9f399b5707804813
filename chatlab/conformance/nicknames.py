"""Nicknames, and how many get in: alike in both rooms."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import (
    LOOKALIKES,
    MARKED_NICKNAMES,
    NICKNAMES,
    NOT_NICKNAMES,
    NOT_UTF8_NICKNAMES,
    RESERVED,
)
from chatlab.conformance.play import NotTried
from chatlab.conformance.scene import AnyScene

# The default limit of a room.
MAX_MEMBERS = 1000
# Nicknames that one stranger tries in vain.
TRIES = 5


@case("A nickname has 1 to 20 characters: letters and digits of any script, `_` and `-`.")
def nicknames_of_any_script(scene: AnyScene) -> None:
    for stem in NICKNAMES:
        scene.member(stem)


@case("A nickname has 1 to 20 characters: letters and digits of any script, `_` and `-`.")
def a_nickname_of_twenty_characters(scene: AnyScene) -> None:
    scene.member("twenty-characters-long")
    scene.member("двадцать-знаков-в-имени")


@case(
    "Vowel signs and accents that a script writes as characters of their own belong to the letter before them, at most "
    "two a letter."
)
def nicknames_with_marks(scene: AnyScene) -> None:
    for stem in MARKED_NICKNAMES:
        scene.member(stem)


@case("A nickname is normalised with NFKC before it is looked at, and before it is shown.")
def a_nickname_is_normalised(scene: AnyScene) -> None:
    scene.member("ada")
    wide = scene.stranger("ｗｉｄｅ")
    wide.signs_up()
    wide.nickname = scene.name("wide")
    scene.is_let_in(wide)


@case("Spaces in front of a nickname and behind it do not belong to it.")
def spaces_around_a_nickname(scene: AnyScene) -> None:
    scene.member("ada")
    bob = scene.stranger("bob")
    bob.signs_up(f"  {bob} ")
    scene.is_let_in(bob)


@case("Any other character is refused, not removed, bytes that are not UTF-8 among them.")
def no_other_nicknames(scene: AnyScene) -> None:
    scene.member("ada")
    _nobody_gets(scene, ("", "x" * 21, *NOT_NICKNAMES))


@case("Any other character is refused, not removed, bytes that are not UTF-8 among them.")
def a_nickname_that_is_not_utf8_is_refused(scene: AnyScene) -> None:
    scene.member("ada")
    _nobody_gets(scene, NOT_UTF8_NICKNAMES)


@case(
    "Names that could be taken for the server's own words are reserved: what looks like `NICK`, `ERROR`, `SERVER`, "
    "`SIGNUP_TAG`, `SIGNOUT_TAG`, `REFUSED_TAG` or `PROVE_TAG`, in any case, and what looks like `HELP`, `HELO` or "
    "`EHLO`, by which a TCP room knows other programs."
)
def reserved_nicknames(scene: AnyScene) -> None:
    scene.member("ada")
    _nobody_gets(scene, RESERVED)


@case("Two nicknames are the same if they look the same: NFKC, casefold, confusables skeleton (UTS 39).")
def a_nickname_that_looks_taken_is_refused(scene: AnyScene) -> None:
    scene.member("witness")  # hears that each has left, before the next one comes
    for number, (taken, lookalike) in enumerate(LOOKALIKES):
        owner, stranger = scene.member(taken), scene.stranger(f"eve{number}")
        scene.is_let_in_after(stranger, owner.nickname, scene.name(lookalike))
        scene.leaves(owner)
        scene.leaves(stranger)


@case("A nickname is free again as soon as its owner has left.")
def a_nickname_is_free_when_its_owner_has_left(scene: AnyScene) -> None:
    scene.member("ada")
    scene.leaves(scene.member("bob"))
    scene.member("bob")


@case("Membership is bounded (default 1,000 members); a newcomer to a full room is refused.", slow=True)
def a_full_room_refuses(scene: AnyScene) -> None:
    try:
        for number in range(MAX_MEMBERS):
            scene.member(f"m{number}")
            scene.members.clear()  # nobody waits for each notice
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise NotTried(f"this system lets a program open no {MAX_MEMBERS:,} sockets (see `ulimit -n`)") from error
        raise
    late = scene.stranger("late")
    late.signs_up()
    late.is_refused()


def _nobody_gets(scene: AnyScene, nicknames: Sequence[str | bytes]) -> None:
    """A few of `nicknames` at a time: strangers ask for them in vain, and get in at last."""
    for start in range(0, len(nicknames), TRIES):
        scene.is_let_in_after(scene.stranger(f"eve{start}"), *nicknames[start : start + TRIES])
