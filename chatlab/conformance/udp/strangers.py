"""Who is not in the room: what it may send, and how little it gets."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.peer import Unexpected
from chatlab.conformance.udp.peers import UdpScene

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
    "{taken}: hello",
    "x" * 1025,
)


@case("An address that has not signed up cannot speak in the room.")
def a_stranger_cannot_speak(scene: UdpScene) -> None:
    ada = scene.member("ada")
    eve = scene.stranger("eve")
    for text in ("hello", f"{ada}: hello", f"{ada} left!", "SIGNOUT_TAG:", f"SIGNOUT_TAG:{ada}"):
        eve.sends(text)
    scene.is_let_in_after_all(eve)


@case("An address that has not signed up hears nothing of the room.")
def a_stranger_hears_nothing(scene: UdpScene) -> None:
    eve = scene.stranger("eve")
    eve.sends("let me listen")
    eve.sends("")
    ada = scene.member("ada")
    ada.sends("between us")
    scene.everyone_hears(f"{ada}: between us")
    scene.is_let_in_after_all(eve)


@case("The server never answers an address outside the room with more bytes than it sent.")
def a_stranger_gets_no_more_bytes_than_it_sends(scene: UdpScene) -> None:
    ada = scene.member("ada")
    for number, attempt in enumerate(ATTEMPTS):
        eve = scene.stranger(f"eve{number}")
        datagram = attempt.format(taken=ada).encode()
        eve.sends(datagram)
        got = sum(map(len, scene.is_let_in_after_all(eve)))
        if got > len(datagram):
            raise Unexpected(f"a stranger sent {len(datagram)} bytes and got {got}")


@case("The room goes on, whatever bytes come.")
def no_bytes_end_the_room(scene: UdpScene) -> None:
    ada = scene.member("ada")
    eve = scene.stranger("eve")
    for datagram in (b"\xff", b"\x00" * 40, b"SIGNUP_TAG:\xff\xfe", b"SIGNUP_TAG", b":", b"\n", bytes(range(256)) * 4):
        eve.sends(datagram)
    scene.is_let_in_after_all(eve)
    ada.sends(b"SIGNUP_TAG:\xff\xfe")
    ada.sends("all well")
    eve.hears(f"{ada}: all well")
