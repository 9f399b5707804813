import re

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

REQUEST = re.compile(r"(?:SIGNUP_TAG:(?P<up>.*)|(?P<out>SIGNOUT_TAG:).*|(?P<text>.+))?", re.DOTALL)
ANSWER = re.compile(
    r"REFUSED_TAG:(?P<reason>.*)|(?P<who>[^ :]*): (?P<text>.*)|(?P<in>[^ :]+) joined!|(?P<out>[^ :]+) left!", re.DOTALL
)


def parse_request(datagram):
    found = REQUEST.fullmatch(datagram.decode(errors="replace"))
    if found["up"] is not None:
        return SignUp(found["up"].strip())
    if found["out"]:
        return SignOut()
    if found["text"]:
        return Say(found["text"])
    return KeepAlive()


def build_request(request, nickname):
    if isinstance(request, SignUp):
        return b"SIGNUP_TAG:" + request.nickname.encode()
    if isinstance(request, SignOut):
        return b"SIGNOUT_TAG:"
    if isinstance(request, KeepAlive):
        return b""
    if re.match(r"SIGN(UP|OUT)_TAG:|\Z|" + re.escape(nickname) + ": ", request.text):
        return f"{nickname}: {request.text}".encode()
    return request.text.encode()


def parse_answer(datagram):
    found = ANSWER.fullmatch(datagram.decode(errors="replace"))
    if not found:
        return None
    if found["reason"] is not None:
        return Refused(found["reason"])
    if found["text"] is not None:
        return Said(found["who"], found["text"]) if found["who"] else None
    if found["in"]:
        return Joined(found["in"])
    return Left(found["out"])


def build_answer(answer):
    if isinstance(answer, Joined):
        return b"%s joined!" % answer.nickname.encode()
    if isinstance(answer, Left):
        return b"%s left!" % answer.nickname.encode()
    if isinstance(answer, Said):
        return b": ".join([answer.nickname.encode(), answer.text.encode()])
    return b"REFUSED_TAG:" + answer.reason.encode()
