from functools import singledispatch

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp


def parse_request(datagram):
    text = "".join(datagram.decode("utf8", "replace"))
    match text.split(":", 1):
        case [""]:
            return KeepAlive()
        case ["SIGNUP_TAG", nickname]:
            return SignUp(nickname.strip())
        case ["SIGNOUT_TAG", _]:
            return SignOut()
        case _:
            return Say(text)


@singledispatch
def build_request(request, nickname):
    raise TypeError(request)


@build_request.register
def _(request: SignUp, nickname):
    return ("SIGNUP_TAG:" + request.nickname).encode()


@build_request.register
def _(request: SignOut, nickname):
    return b"SIGNOUT_TAG:"


@build_request.register
def _(request: KeepAlive, nickname):
    return b""


@build_request.register
def _(request: Say, nickname):
    prefix = f"{nickname}: "
    parsed = parse_request(request.text.encode())
    if isinstance(parsed, Say) and request.text[: len(prefix)] != prefix:
        return request.text.encode()
    return (prefix + request.text).encode()


def parse_answer(datagram):
    text = datagram.decode("utf-8", errors="replace")
    tag = "REFUSED_TAG:"
    if text[: len(tag)] == tag:
        return Refused(text[len(tag) :])
    position = text.find(": ")
    if position >= 0:
        who = text[:position]
        return None if not who or set(who) & {" ", ":"} else Said(who, text[position + 2 :])
    words = text.split(" ")
    if len(words) == 2 and words[0] and ":" not in words[0]:
        return {"joined!": Joined, "left!": Left}.get(words[1], lambda who: None)(words[0])


@singledispatch
def build_answer(answer):
    raise TypeError(answer)


build_answer.register(Joined, lambda a: f"{a.nickname} joined!".encode())
build_answer.register(Left, lambda a: f"{a.nickname} left!".encode())
build_answer.register(Said, lambda a: f"{a.nickname}: {a.text}".encode())
build_answer.register(Refused, lambda a: f"REFUSED_TAG:{a.reason}".encode())
