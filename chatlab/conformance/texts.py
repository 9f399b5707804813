"""What members say, and what becomes of it: alike in both rooms."""

from __future__ import annotations

from collections.abc import Iterable

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import (
    AS_SAID,
    CONTROLS,
    EMPTY,
    NO_COMMANDS,
    NOT_UTF8,
    REORDERING,
    SEPARATORS,
    UNICODE,
    Text,
)
from chatlab.conformance.scene import AnyScene


@case("Everything is UTF-8 text.")
def text_is_utf8(scene: AnyScene) -> None:
    _say(scene, UNICODE)


@case("All other text arrives as it was said, the spaces at its ends included.")
def text_arrives_as_it_was_said(scene: AnyScene) -> None:
    _say(scene, AS_SAID)


@case("What a member says is never a command, but for those that this page names.")
def what_a_member_says_is_no_command(scene: AnyScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in NO_COMMANDS:
        ada.says(text)
        scene.all_hear(ada, text)


@case("What a client claims about its own name is never believed.")
def nobody_speaks_as_another(scene: AnyScene) -> None:
    ada, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    ada.says(f"{bob}: I owe ada ten pounds")
    scene.all_hear(ada, f"{bob}: I owe ada ten pounds")


@case("The server stamps every message with the nickname that it registered for that address or connection.")
def nobody_speaks_for_the_room(scene: AnyScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for notice in scene.notices(ada, bob):
        ada.says(notice)
        scene.all_hear(ada, notice)


@case("Control characters (C0, C1, DEL, ESC among them) are removed.")
def control_characters_are_removed(scene: AnyScene) -> None:
    _say(scene, CONTROLS)


@case("Line separators (U+2028, U+2029) are removed.")
def line_separators_are_removed(scene: AnyScene) -> None:
    _say(scene, SEPARATORS)


@case("Bidirectional overrides, embeddings and isolates are removed.")
def nobody_reorders_a_screen(scene: AnyScene) -> None:
    _say(scene, REORDERING)


@case("Bytes that are not UTF-8 become U+FFFD.")
def bytes_that_are_not_utf8(scene: AnyScene) -> None:
    _say(scene, NOT_UTF8)


@case("Text that shows nothing after that is not sent on: no text, white space alone, invisible characters alone.")
def empty_text_is_not_sent_on(scene: AnyScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says(*EMPTY, "now I say something")
    scene.all_hear(ada, "now I say something")


def _say(scene: AnyScene, texts: Iterable[Text]) -> None:
    """A member says `texts`; each member that has to hear them hears what is left of them."""
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in texts:
        ada.says(text.said)
        scene.all_hear(ada, text.heard)
