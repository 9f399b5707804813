"""What else may come to the TCP room's port, and telnet."""

from __future__ import annotations

from chatlab.conformance.case import case
from chatlab.conformance.hostile_samples import OTHER_PROTOCOLS
from chatlab.conformance.play import Deviation
from chatlab.conformance.tcp.scene import TcpScene
from chatlab.tcp.telnet import DO, DONT, IAC, WILL, WONT

# A command of telnet without an option, and two options: see RFC 854, 860 and 1073.
NOP, TIMING_MARK, WINDOW_SIZE = b"\xf1", b"\x06", b"\x1f"


@case(
    "A stranger that speaks another protocol is hung up on with `ERROR <reason>`, and nobody in the room hears of it."
)
def other_protocols_are_hung_up_on(scene: TcpScene) -> None:
    ada, bob = scene.member("ada"), scene.member("bob")
    for number, words in enumerate(OTHER_PROTOCOLS):
        eve = scene.stranger(f"eve{number}")
        eve.sends(words)
        eve.is_cut_off()
    ada.says("nobody was here")
    bob.hears(f"{ada}: nobody was here")


@case("Behind the nickname the same bytes are a text.")
def a_member_may_say_what_other_protocols_say(scene: TcpScene) -> None:
    ada, _ = scene.member("ada"), scene.member("bob")
    for text in ("GET / HTTP/1.1", "HELP", "HELO", "EHLO there", "SSH-2.0-OpenSSH_9.6", "*1"):
        ada.says(text)
        scene.all_hear(ada, text)


@case(
    "Telnet's commands are taken out of the stream wherever they come: the byte 0xFF, which UTF-8 never has, and what "
    "RFC 854 lets follow it."
)
def telnet_commands_are_taken_out(scene: TcpScene) -> None:
    _, bob = scene.member("ada"), scene.stranger("bob")
    half = bob.nickname.encode()[:2]
    bob.says(half + IAC + NOP + bob.nickname.encode()[2:])
    scene.is_let_in(bob)
    bob.says(b"hel" + IAC + NOP + b"lo")
    scene.all_hear(bob, "hello")


@case(
    "`DO` is answered with `WONT`, `WILL` with `DONT`, all other commands of telnet are dropped, and 0xFF 0xFF is the "
    "byte 0xFF."
)
def telnet_options_are_declined(scene: TcpScene) -> None:
    scene.play.needs(Deviation.ECHO)
    ada, bob = scene.member("ada"), scene.member("bob")
    for asked, declined, option in ((DO, WONT, TIMING_MARK), (WILL, DONT, WINDOW_SIZE)):
        ada.says(IAC + asked + option + b"can you?")
        scene.all_hear(ada, "can you?")
        bob.says("no")
        ada.hears(IAC + declined + option + f"{bob}: no".encode())
