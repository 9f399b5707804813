"""What a nickname may be, and when two are the same.

A nickname is 1 to 20 letters and digits of any script, `_` and `-`, after NFKC normalisation. Some scripts write vowel
signs and accents as characters of their own, called marks: each letter may have two of them.
Two nicknames are the same if they look the same: if they share a *look-alike key*. The keys of a name are the
confusables skeletons (Unicode Technical Standard 39) of the name as written (`I` is `l`) and of the name case-folded
(`ADA` is `ada`). Lesson 03 needs it; lesson 17 says what happens without it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from chatlab.room.errors import Refusal
from chatlab.room.text import INVISIBLE

MAX_LENGTH = 20
MARKS_A_LETTER = 2
# The servers' own words: a member who is called like one could speak for the server.
SERVERS_WORDS = ("NICK", "ERROR", "SERVER", "SIGNUP_TAG", "SIGNOUT_TAG", "REFUSED_TAG", "PROVE_TAG")
# Whole lines of mail clients and of port scanners. A TCP room hangs up on these, so no member can be called like one.
OTHER_PROGRAMS_WORDS = ("HELP", "HELO", "EHLO")
RESERVED = SERVERS_WORDS + OTHER_PROGRAMS_WORDS
_INVISIBLE = re.compile(f"[{INVISIBLE}]")  # some are letters and marks


def normalise(wanted: str) -> str:
    """`wanted` as it becomes a nickname. Raises Refusal, which names the rule that it breaks."""
    nickname = unicodedata.normalize("NFKC", wanted)
    if not nickname:
        raise Refusal("no name: a nickname needs at least one letter or digit")
    if len(nickname) > MAX_LENGTH:
        raise Refusal(f"too long: a nickname has at most {MAX_LENGTH} characters")
    marks = MARKS_A_LETTER  # so that a mark can't come first
    for character in nickname:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Mc") else 0
        shows = marks or character.isalnum() or character in "_-"
        if not shows or marks > MARKS_A_LETTER or _INVISIBLE.match(character):
            spaces = ": no spaces in a nickname" if any(map(str.isspace, wanted)) else ""
            raise Refusal(f"letters, digits, _ and - only{spaces}")
    if not reserved_keys().isdisjoint(lookalike_keys(nickname)):
        raise Refusal("reserved: that nickname is the server's")
    return nickname


def lookalike_keys(nickname: str) -> frozenset[str]:
    """One or two keys; two nicknames look the same if they share one."""
    return frozenset(_skeleton(form).casefold() for form in (nickname, nickname.casefold()))


@cache
def reserved_keys() -> frozenset[str]:
    return frozenset().union(*map(lookalike_keys, RESERVED))


def _skeleton(text: str) -> str:
    """UTS 39, section 4: decompose, replace each character by its prototype, decompose."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFD", decomposed.translate(_prototypes()))


@cache
def _prototypes() -> dict[int, str]:
    """Character -> prototype; read at the first nickname, so that a start does not wait for it."""
    lines = Path(__file__).with_name("confusables.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {ord(character): prototype for prototype, characters in pairs for character in characters}
