"""Asks forgiveness rather than permission."""

import codecs

from chatlab.room.events import *
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

decode = lambda data: codecs.decode(data, "utf-8", "replace")


def after(text, tag):
    if text.index(tag) != 0:
        raise ValueError(tag)
    return text[len(tag) :]


def parse_request(datagram):
    text = decode(datagram)
    try:
        return SignUp(after(text, "SIGNUP_TAG:").strip())
    except ValueError:
        pass
    try:
        after(text, "SIGNOUT_TAG:")
    except ValueError:
        return Say(text) if text else KeepAlive()
    else:
        return SignOut()


def build_request(request, nickname):
    try:
        text = request.text
    except AttributeError:
        try:
            return f"SIGNUP_TAG:{request.nickname}".encode()
        except AttributeError:
            return b"SIGNOUT_TAG:" if request == SignOut() else b""
    long = f"{nickname}: {text}"
    try:
        after(text, nickname + ": ")
    except ValueError:
        return (text if parse_request(text.encode()) == Say(text) else long).encode()
    return long.encode()


def parse_answer(datagram):
    text = decode(datagram)
    try:
        return Refused(after(text, "REFUSED_TAG:"))
    except ValueError:
        pass
    try:
        at = text.index(": ")
    except ValueError:
        try:
            who, what = text.split(" ")
        except ValueError:
            return None
        if not who or ":" in who:
            return None
        if what == "joined!":
            return Joined(who)
        if what == "left!":
            return Left(who)
        return None
    if not at or any(sign in text[:at] for sign in ": "):
        return None
    return Said(text[:at], text[at + 2 :])


def build_answer(answer):
    try:
        if isinstance(answer, Said):
            text = answer.nickname + ": " + answer.text
        else:
            text = answer.nickname + (" joined!" if type(answer) == Joined else " left!")
    except AttributeError:
        text = "REFUSED_TAG:" + answer.reason
    return text.encode()
