"""The checks of ex00, in a real room over loopback: the client that is handed in is in it, and bob, who reads along.

Nothing waits for a while to pass: once `greet` has returned, bob says END, and what bob read before it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from chatlab.grading import NotYetRight
from chatlab.grading.for_checks.compare import expect_plain
from chatlab.room.events import Left, Said
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer

END = "that was all"


@pytest.fixture
def server() -> Iterator[UdpServer]:
    with UdpServer(port=0, log=lambda line: None) as server:
        yield server


@pytest.fixture
def client(server: UdpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[UdpClient]:
    with UdpClient("you", server) as client:
        say = client.say

        @wraps(say)  # an error in calling it names what was called
        def watched_say(text: Any) -> None:
            if not isinstance(text, str):
                saw = f"client.say(…) was given {text!r}, which is of the type {type(text).__name__}."
                raise NotYetRight(saw, "It takes a text as it is: no encode(), and no braces or brackets around it.")
            say(text)

        monkeypatch.setattr(client, "say", watched_say)
        yield client


@pytest.fixture
def bob(server: UdpServer, client: UdpClient) -> Iterator[UdpClient]:
    with UdpClient("bob", server) as bob:
        yield bob


@pytest.fixture
def check(learner: Any, attempt: Any, client: UdpClient, bob: UdpClient) -> Callable[[str], None]:
    greeted: list[str] = []

    def check(nickname: str) -> None:
        attempt.did(f'Called greet(client, "{nickname}") in a room where bob reads along.')
        answer = learner.greet(client, nickname)
        expect_plain(answer, "greet")
        heard = read_along(bob)
        expected = Said(client.nickname, f"Hello, {nickname}!")
        if heard != [expected]:
            if heard:
                cause = cause_in_what_was_said(heard, expected, nickname, greeted)
            else:
                cause = cause_of_silence(expected.text, answer, attempt.printed)
            raise NotYetRight(f"bob read {listed(heard)}; expected {shown(expected)}.", cause)
        greeted.append(nickname)

    return check


def test_says_hello(check: Any) -> None:
    """says Hello, ada! in the room"""
    check("ada")


def test_greets_whoever_it_is_told(check: Any) -> None:
    """greets whoever it is told to greet"""
    check("grace")
    check("alan")


def read_along(bob: UdpClient) -> list[Said | Left]:
    """What was said in the room until now, and who left it."""
    bob.say(END)
    heard: list[Said | Left] = []
    for event in bob:
        if event == Said(bob.nickname, END):
            break
        if isinstance(event, Said | Left):
            heard.append(event)
    return heard


def listed(heard: list[Said | Left]) -> str:
    return ", ".join(map(shown, heard)) or "nothing"


def shown(event: Said | Left) -> str:
    return f'"{event.nickname}: {event.text}"' if isinstance(event, Said) else f"that {event.nickname} left"


def cause_of_silence(expected: str, answer: object, printed: str) -> str:
    if expected in printed:
        return "print writes on your own screen; client.say(…) is what sends a text to the room."
    if answer == expected:
        return "return hands the text to who called greet, and to nobody else; client.say(…) sends it to the room."
    return (
        "When greet had ended, nothing had been said: look for client.say(…), with brackets, in a line that is reached."
    )


def cause_in_what_was_said(heard: list[Said | Left], expected: Said, nickname: str, greeted: list[str]) -> str:
    if Left(expected.nickname) in heard:
        return "The client was closed, which is leaving: that is for whoever opened it, not for greet."
    if any(event.nickname != expected.nickname for event in heard):
        return "Another client said it: greet is to use the one that it is given."
    if heard.count(expected) > 1:
        return "It was said more than once: each call of client.say(…) is a message, and one is asked for."
    if expected in heard:
        return "More was said than was asked for: one message, and nothing before or after it."
    texts = [event.text for event in heard if isinstance(event, Said)]
    if len(texts) > 1 and letters("".join(texts)) == letters(expected.text):
        return "The text came in pieces: each call of client.say(…) is a message, and one is asked for."
    if any(name in texts[0] for name in greeted):
        return "greet was called before, for somebody else: make the text anew in each call, and keep nothing."
    return cause_in_text(texts[0], expected, nickname)


def cause_in_text(text: str, expected: Said, nickname: str) -> str:
    if "{" in text:
        return "Braces are filled in f-strings only: put an f before the first quote."
    if "%s" in text:
        return "Nothing was put in the place of %s: an f-string does it with {nickname}."
    if "nickname" in text and nickname not in text:
        return "In quotes, nickname is only a word: its value gets into a text by an f-string, or by +."
    if text == f"Hello, {expected.nickname}!":
        return "That is the client's own nickname; the one to greet is in the parameter `nickname`."
    if text == "Hello, ada!":
        return "The text is always the same: make it from the parameter `nickname`."
    if letters(text) == letters(expected.text):
        return "The letters are right; capitals, spaces and punctuation are not: Hello, comma, space, nickname, !"
    if nickname not in text:
        return "The nickname that greet was given is not in the text."
    if "Hello" not in text:
        return "The word Hello is not in the text."
    return "Compare the two texts letter by letter."


def letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).casefold()
