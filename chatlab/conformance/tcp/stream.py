"""A stream of bytes: how it is cut, how long a line may be, how it ends."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.peer import THE_END, Unexpected
from chatlab.conformance.tcp.peers import WELCOME, TcpPeer, TcpScene

# Bytes of a line, newline included.
MAX_LINE = 1024
# More than kernels buffer for one reader; no more of one speaker than the default limits allow.
LOUD_LINE = "x" * 1000
LOUD_SPEAKERS, LOUD_LINES = 200, 90


@case("Lines end with `\\n`; a `\\r` before it is dropped.")
def carriage_returns_are_dropped(scene: TcpScene) -> None:
    bob, ada = scene.member("bob"), scene.stranger("ada")
    ada.says(f"{ada}\r")
    scene.is_let_in(ada)
    ada.says("hello\r")
    bob.hears(f"{ada}: hello")


@case("One line, one message.")
def a_line_may_come_one_byte_at_a_time(scene: TcpScene) -> None:
    bob, cy, ada = scene.member("bob"), scene.member("cy"), scene.stranger("ada")
    for stage in (f"{ada}\n", "né🐍!\n"):
        for byte in stage.encode():
            ada.sends(bytes([byte]))
            if byte != ord("\n"):  # let the server have read it before the next one comes: it has seen to others since
                bob.says("meanwhile")
                cy.hears(f"{bob}: meanwhile")
        if ada not in scene.members:
            scene.is_let_in(ada)
    scene.others_hear(ada, f"{ada}: né🐍!")


@case("One line, one message.")
def lines_may_come_in_one_piece(scene: TcpScene) -> None:
    bob, ada = scene.member("bob"), scene.stranger("ada")
    ada.says(ada.nickname, "one", "two")
    scene.is_let_in(ada)
    for text in ("one", "two"):
        bob.hears(f"{ada}: {text}")


@case("One line, one message.")
def a_piece_may_end_anywhere(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.sends("one\ntw")
    bob.hears(f"{ada}: one")
    ada.sends("o\nthr")
    bob.hears(f"{ada}: two")
    ada.sends("ee\n")
    bob.hears(f"{ada}: three")


@case("Text: at most 1,024 bytes a message on the wire, its newline included.")
def the_longest_line_arrives_whole(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for text in ("x" * (MAX_LINE - 1), "x" + "é" * (MAX_LINE // 2 - 1)):
        ada.says(text)
        bob.hears(f"{ada}: {text}")


@case("A line longer than the limit ends the connection with ERROR.")
def a_longer_line_is_the_end(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("x" * MAX_LINE)
    ada.is_cut_off()
    scene.has_left(ada)


@case("Bytes without a newline past the limit end the connection with ERROR.")
def a_line_without_end_is_the_end(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    eve = scene.stranger("eve")
    for endless in (ada, eve):
        endless.sends("x" * (MAX_LINE + 1))
        endless.is_cut_off()
    scene.has_left(ada)


@case("End of stream: I am leaving. To everyone else: <nickname> left the chat!")
def everyone_else_hears_who_leaves(scene: TcpScene) -> None:
    _, bob, _ = scene.member("ada"), scene.member("bob"), scene.member("cy")
    bob.close()
    scene.has_left(bob)


@case("End of stream: I am leaving. (What was said before it arrives; the server closes the connection.)")
def the_end_of_the_stream_is_a_goodbye(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.says("my last words")
    ada.ends_its_stream()
    bob.hears(f"{ada}: my last words")
    scene.has_left(ada)
    ada.hears(THE_END)


@case("End of stream: I am leaving. (So the nickname is free.)")
def a_nickname_is_free_when_its_owner_has_left(scene: TcpScene) -> None:
    scene.member("ada")
    for goodbye in (TcpPeer.close, TcpPeer.resets):
        bob = scene.member("bob")
        goodbye(bob)
        scene.has_left(bob)
    scene.member("bob")


@case("End of stream: I am leaving. (Nobody hears of a connection that never had a nickname.)")
def who_never_came_in_does_not_leave(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    polite, rude = scene.stranger("eve"), scene.stranger("mallory")
    polite.ends_its_stream()
    polite.hears(THE_END)
    rude.resets()
    ada.says("nobody was here")
    bob.hears(f"{ada}: nobody was here")


@case("What a slow reader has not read is bounded; past that the reader is dropped, and nobody else ever waits for it.")
def who_does_not_read_is_dropped(scene: TcpScene) -> None:
    stuck, reader = scene.member("stuck"), scene.member("reader")
    stuck.receives_little()
    for number in range(LOUD_SPEAKERS):
        speaker = scene.stranger(f"loud{number}")
        speaker.signs_up()
        speaker.hears(WELCOME)
        speaker.says(*[LOUD_LINE] * LOUD_LINES, "the last one")
        heard = reader.hears_in_the_end(f"{speaker}: the last one")
        if (lines := heard.count(f"{speaker}: {LOUD_LINE}".encode())) != LOUD_LINES:
            raise Unexpected(f"reader had to hear all {LOUD_LINES} lines of {speaker}, and heard {lines}")
        if f"{stuck} left the chat!".encode() in heard:
            return
        speaker.close()
    raise Unexpected(f"stuck had to be dropped, and was not after {LOUD_SPEAKERS * LOUD_LINES:,} kB")
