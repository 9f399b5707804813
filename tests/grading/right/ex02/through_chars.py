"""An automaton that reads letter by letter."""

from io import StringIO

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

UP, OUT, NO = "SIGNUP_TAG:", "SIGNOUT_TAG:", "REFUSED_TAG:"


def begins_with(text, tag):
    stream = StringIO(text)
    return all(stream.read(1) == letter for letter in tag)


def name_and_rest(text):
    name = ""
    for number, letter in enumerate(text):
        if letter in " :":
            return name, text[number:]
        name += letter
    return name, ""


def parse_request(datagram):
    text = datagram.decode("utf-8", "replace")
    if begins_with(text, UP):
        return SignUp(text[len(UP):].strip())
    if begins_with(text, OUT):
        return SignOut()
    return Say(text) if text else KeepAlive()


def build_request(request, nickname):
    match request:
        case Say(text=t) if t and not any(begins_with(t, tag) for tag in (UP, OUT, nickname + ": ")):
            return t.encode()
        case Say(text=t):
            return f"{nickname}: {t}".encode()
        case SignUp(nickname=n):
            return (UP + n).encode()
        case SignOut():
            return OUT.encode()
    return b""


def parse_answer(datagram):
    text = datagram.decode("utf-8", "replace")
    if begins_with(text, NO):
        return Refused(text[len(NO):])
    name, rest = name_and_rest(text)
    if name and begins_with(rest, ": "):
        return Said(name, rest[2:])
    if name:
        if rest == " joined!":
            return Joined(name)
        if rest == " left!":
            return Left(name)
    return None


def build_answer(answer):
    out = StringIO()
    if isinstance(answer, Refused):
        print(NO, answer.reason, sep="", end="", file=out)
    else:
        what = {Joined: " joined!", Left: " left!"}.get(type(answer)) or f": {answer.text}"
        print(answer.nickname, what, sep="", end="", file=out)
    return out.getvalue().encode()
