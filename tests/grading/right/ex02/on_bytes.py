"""Looks at the bytes first, and decodes what is left."""

from chatlab.room import events
from chatlab.udp import protocol as p

U, O, R = b"SIGNUP_TAG:", b"SIGNOUT_TAG:", b"REFUSED_TAG:"


def text(data: bytes) -> str:
    return str(data, "utf-8", "replace")


def parse_request(datagram: bytes):
    if len(datagram) == 0:
        return p.KeepAlive()
    if datagram[: len(U)] == U:
        return p.SignUp(text(datagram[len(U) :]).strip())
    if datagram[: len(O)] == O:
        return p.SignOut()
    return p.Say(text(datagram))


def build_request(request, nickname: str) -> bytes:
    kind = type(request)
    if kind is p.KeepAlive:
        return bytes()
    if kind is p.SignOut:
        return O
    if kind is p.SignUp:
        return U + bytes(request.nickname, "utf-8")
    own = nickname.encode() + b": "
    data = request.text.encode()
    needs_it = not data or data.startswith((U, O, own))
    return own + data if needs_it else data


def parse_answer(datagram: bytes):
    head, colon, tail = datagram.partition(b": ")
    if datagram.startswith(R):
        return events.Refused(text(datagram[len(R) :]))
    if colon:
        if not head or b" " in head or b":" in head:
            return None
        return events.Said(text(head), text(tail))
    for ending, kind in ((b" joined!", events.Joined), (b" left!", events.Left)):
        if datagram.endswith(ending):
            name = datagram[: -len(ending)]
            if name and b" " not in name and b":" not in name:
                return kind(text(name))
    return None


def build_answer(answer) -> bytes:
    return {
        events.Joined: lambda: f"{answer.nickname} joined!",
        events.Left: lambda: f"{answer.nickname} left!",
        events.Said: lambda: f"{answer.nickname}: {answer.text}",
        events.Refused: lambda: f"REFUSED_TAG:{answer.reason}",
    }[type(answer)]().encode()
