from __future__ import annotations

from abc import ABC, abstractmethod

import chatlab.room.events as ev
import chatlab.udp.protocol as pr


class Kind(ABC):
    tag = ""

    @abstractmethod
    def read(self, text: str): ...

    @abstractmethod
    def write(self, message, nickname: str) -> str: ...


class Up(Kind):
    tag = "SIGNUP_TAG:"

    def read(self, text):
        return pr.SignUp(text[len(self.tag) :].strip()) if text.startswith(self.tag) else None

    def write(self, message, nickname):
        return self.tag + message.nickname


class Out(Kind):
    tag = "SIGNOUT_TAG:"

    def read(self, text):
        return pr.SignOut() if text.startswith(self.tag) else None

    def write(self, message, nickname):
        return self.tag


class Alive(Kind):
    def read(self, text):
        return None if text else pr.KeepAlive()

    def write(self, message, nickname):
        return self.tag


class Text(Kind):
    def read(self, text):
        return pr.Say(text)

    def write(self, message, nickname):
        long = f"{nickname}: "
        if message.text.startswith(long) or not isinstance(parse_request(message.text.encode()), pr.Say):
            return long + message.text
        return message.text


KINDS = {pr.SignUp: Up(), pr.SignOut: Out(), pr.KeepAlive: Alive(), pr.Say: Text()}


def parse_request(datagram: bytes):
    text = datagram.decode("utf-8", "replace")
    return next(message for kind in KINDS.values() if (message := kind.read(text)) is not None)


def build_request(request, nickname: str) -> bytes:
    return KINDS[request.__class__].write(request, nickname).encode()


def is_nickname(text: str) -> bool:
    return bool(text) and not any(c in ": " for c in text)


def parse_answer(datagram: bytes):
    text = datagram.decode("utf-8", "replace")
    first, space, rest = text.partition(" ")
    if text.startswith("REFUSED_TAG:"):
        return ev.Refused(text[12:])
    if first.endswith(":") and space and is_nickname(first[:-1]):
        return ev.Said(first[:-1], rest)
    if is_nickname(first) and rest in ("joined!", "left!"):
        return (ev.Joined if rest == "joined!" else ev.Left)(first)
    return None


def build_answer(answer) -> bytes:
    match answer:
        case ev.Said(nickname=who, text=what):
            words = who, ": ", what
        case ev.Refused():
            words = "REFUSED_TAG:", answer.reason
        case _:
            words = answer.nickname, " ", type(answer).__name__.lower(), "!"
    return "".join(words).encode()
