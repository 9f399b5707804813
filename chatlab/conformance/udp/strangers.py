"""Strangers to the UDP room: what they may send, and how little they get."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.peer import abridged
from chatlab.conformance.play import Unexpected
from chatlab.conformance.udp.peers import is_refusal
from chatlab.conformance.udp.scene import UdpScene
from chatlab.room.events import Joined
from chatlab.udp.protocol import build_answer

# What a stranger may think of sending; {taken} is a member's nickname.
ATTEMPTS = (
    "",
    "x",
    "hello",
    "SIGNUP_TAG:",
    "SIGNUP_TAG:{taken}",
    "SIGNUP_TAG:a nickname of more than twenty characters",
    "SIGNUP_TAG:two words",
    "SIGNOUT_TAG:",
    "MSG_TAG:0123abcd 0 SIGNUP_TAG:eve",
    "{taken}: hello",
    "x" * 1025,
)


@case("A stranger hears nothing of the room, and cannot speak in it.")
def a_stranger_cannot_speak(scene: UdpScene) -> None:
    ada = scene.member("ada")
    eve = scene.stranger("eve")
    eve.says("hello", f"{ada}: hello", f"{ada} left!", "SIGNOUT_TAG:", f"SIGNOUT_TAG:{ada}")
    scene.is_let_in_after_all(eve)


@case("A stranger hears nothing of the room, and cannot speak in it.")
def a_stranger_hears_nothing(scene: UdpScene) -> None:
    eve = scene.stranger("eve")
    eve.says("let me listen", "")
    ada = scene.member("ada")
    ada.says("between us")
    scene.all_hear(ada, "between us")
    scene.is_let_in_after_all(eve)


@case("The server never answers a stranger with more bytes than it sent.")
def a_stranger_gets_no_more_bytes_than_it_sends(scene: UdpScene) -> None:
    ada = scene.member("ada")
    for number, attempt in enumerate(ATTEMPTS):
        eve = scene.stranger(f"eve{number}")
        datagram = attempt.format(taken=ada).encode()
        eve.sends(datagram)
        got = sum(map(len, scene.is_let_in_after_all(eve)))
        if got > len(datagram):
            raise Unexpected(f"a stranger sent {len(datagram)} bytes and got {got}")


@case(
    "A nickname whose `<nickname> joined!` is longer than the sign-up, since NFKC can lengthen it, is refused: pad it."
)
def a_nickname_that_grows_has_to_be_padded(scene: UdpScene) -> None:
    _, eve = scene.member("ada"), scene.stranger("محمد" * 3)
    asked = "\ufdf4" * 3 + scene.play.suffix  # NFKC makes four letters of that one, and eight bytes of three
    eve.signs_up(asked)
    eve.signs_up(asked + " " * 80)
    for answer in eve.hears_in_the_end(build_answer(Joined(eve.nickname))):
        if not is_refusal(answer):
            raise Unexpected(f"a stranger could only hear a REFUSED_TAG:, and heard {abridged(answer)}")
    eve.says("once is enough")
    eve.hears(f"{eve}: once is enough")


@case("The room goes on, whatever bytes come.")
def no_bytes_end_the_room(scene: UdpScene) -> None:
    ada = scene.member("ada")
    eve = scene.stranger("eve")
    eve.says(b"\xff", b"\x00" * 40, b"SIGNUP_TAG:\xff\xfe", b"SIGNUP_TAG", b":", b"\n", bytes(range(256)) * 4)
    scene.is_let_in_after_all(eve)
    ada.sends(b"SIGNUP_TAG:\xff\xfe")
    ada.says("all well")
    eve.hears(f"{ada}: all well")
