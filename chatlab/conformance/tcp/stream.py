"""The stream of bytes of a TCP connection: how it is cut, how long a line may be, how it ends."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.play import Deviation, Unexpected
from chatlab.conformance.tcp.scene import TcpScene
from chatlab.tcp.protocol import WELCOME

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


@case("One line is one message, wherever the stream is cut into pieces.")
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
    scene.all_hear(ada, "né🐍!")


@case("One line is one message, wherever the stream is cut into pieces.")
def lines_may_come_in_one_piece(scene: TcpScene) -> None:
    bob, ada = scene.member("bob"), scene.stranger("ada")
    ada.says(ada.nickname, "one", "two")
    scene.is_let_in(ada)
    for text in ("one", "two"):
        bob.hears(f"{ada}: {text}")


@case("One line is one message, wherever the stream is cut into pieces.")
def a_piece_may_end_anywhere(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    ada.sends("one\ntw")
    bob.hears(f"{ada}: one")
    ada.sends("o\nthr")
    bob.hears(f"{ada}: two")
    ada.sends("ee\n")
    bob.hears(f"{ada}: three")


@case("A message has at most 1,024 bytes on the wire; over TCP, its newline included.")
def the_longest_line_arrives_whole(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for text in ("x" * (MAX_LINE - 1), "x" + "é" * (MAX_LINE // 2 - 1)):
        ada.says(text)
        bob.hears(f"{ada}: {text}")


@case("A line longer than the limit ends the connection with `ERROR <reason>`.")
def a_longer_line_is_the_end(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.says("x" * MAX_LINE)
    ada.is_cut_off()
    scene.has_left(ada)


@case("Bytes without a newline past the limit end the connection with `ERROR <reason>`, of a stranger too.")
def a_line_without_end_is_the_end(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    eve = scene.stranger("eve")
    for endless in (ada, eve):
        endless.sends("x" * (MAX_LINE + 1))
        endless.is_cut_off()
    scene.has_left(ada)


@case("Bytes that no newline follows when the stream ends are a message cut short: nobody hears them.")
def a_line_cut_short_is_not_sent_on(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    ada.sends("whole\nhalf a li")
    scene.all_hear(ada, "whole")
    scene.leaves(ada)


@case(
    "What a slow reader has not read is bounded (default 64 KiB beyond the kernel's buffers); past that the reader is "
    "dropped, and nobody else ever waits for it."
)
def who_does_not_read_is_dropped(scene: TcpScene) -> None:
    scene.play.needs(Deviation.LEAVES)
    stuck, reader = scene.member("stuck"), scene.member("reader")
    stuck.receives_little()
    for number in range(LOUD_SPEAKERS):
        before = len(scene.play.transcript)
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
        scene.play.sum_up(before, f"somebody said {LOUD_LINES} lines of 1,000 bytes, and reader heard them all")
    raise Unexpected(f"stuck had to be dropped, and was not after {LOUD_SPEAKERS * LOUD_LINES:,} kB")
