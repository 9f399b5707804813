"""Whatever the limits allow arrives: in both rooms, at chatlab's own clients."""

from __future__ import annotations

import random

import pytest

from chatlab.room.events import Event, Said
from chatlab.udp.chat import UdpChat
from chatlab.udp.client import UdpClient
from chatlab.udp.limits import MOST_BYTES, Limits
from chatlab.udp.protocol import MAX_DATAGRAM, build_sign_up
from chatlab.udp.reliable.chat import ReliableChat
from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame
from chatlab.udp.reliable.stop_and_wait import Timing
from chatlab.udp.server import UdpServer

from ..waiting import Heard
from .talk import ADA, heard

LONGEST = Limits(max_bytes=MOST_BYTES, rate_limit=0)
NICKNAME = "\U00010400" * 20  # letters of four bytes
TEXTS = [b"x" * MOST_BYTES, b"\xff" * MOST_BYTES, "\U0001f40d".encode() * (MOST_BYTES // 4)]


@pytest.mark.parametrize("text", TEXTS, ids=["letters", "no UTF-8", "emoji"])
def test_the_longest_text_of_the_longest_nickname_fits_into_a_datagram(text: bytes) -> None:
    chat = UdpChat(LONGEST, log=lambda line: None)
    chat.receive(build_sign_up(NICKNAME), ADA, 0.0)
    (delivery,) = chat.receive(text, ADA, 0.0)
    assert MOST_BYTES < len(delivery.datagram) <= MAX_DATAGRAM


@pytest.mark.parametrize("text", TEXTS, ids=["letters", "no UTF-8", "emoji"])
def test_it_fits_into_a_message_of_the_reliable_room_too_also_after_a_long_stay(text: bytes) -> None:
    late, name = 10**12 - 1, "aaaaaaaa"
    chat = ReliableChat(LONGEST, log=lambda line: None, timing=Timing(), rng=random.Random(1))
    chat.receive(build_frame(Numbered(name, 0, build_sign_up(NICKNAME))), ADA, 0.0)
    chat.receive(build_frame(Acknowledgement(name, 0)), ADA, 0.0)
    session = chat._sessions[ADA]
    session._receiver._expected = session._sender._number = late
    _, message = heard(chat.receive(build_frame(Numbered(name, late, text)), ADA, 0.0))[ADA]
    assert MOST_BYTES < len(message) <= MAX_DATAGRAM


@pytest.mark.parametrize("reliable", [False, True], ids=["plain", "reliable"])
def test_the_longest_texts_arrive_though_two_speak_at_once(reliable: bool) -> None:
    texts = [letter * MOST_BYTES for letter in "abcdef"]
    ears: list[Heard[Event]] = [Heard(), Heard()]
    with (
        UdpServer(port=0, limits=LONGEST, reliable=reliable) as room,
        UdpClient("ada", room, on_event=ears[0], reliable=reliable) as ada,
        UdpClient("bob", room, on_event=ears[1], reliable=reliable) as bob,
    ):
        for text in texts:
            for client in (ada, bob):
                client.say(text)
            for ear in ears:
                got = {ear.next(Said), ear.next(Said)}
                assert got == {Said("ada", text), Said("bob", text)}
        assert room.nicknames == ("ada", "bob")


def test_a_reliable_room_keeps_who_hears_many_long_texts_at_once() -> None:
    """Twenty speak, all at once, each the longest text: less than what the rate limit allows to one."""
    chat = ReliableChat(LONGEST, log=lambda line: None, timing=Timing(), rng=random.Random(1))
    for number in range(20):
        address = ("10.0.0.1", number)
        chat.receive(build_frame(Numbered(f"{number:08x}", 0, build_sign_up(f"c{number}"))), address, 0.0)
    for number in range(20):
        chat.receive(build_frame(Numbered(f"{number:08x}", 1, TEXTS[0])), ("10.0.0.1", number), 0.0)
    assert len(chat.room) == 20
