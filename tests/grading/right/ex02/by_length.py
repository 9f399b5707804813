# Réponses et demandes, une par une (comments in French).
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp


def lire(octets):
    return octets.decode(errors="replace")


def parse_request(datagram):
    if not datagram: return KeepAlive()
    t = lire(datagram)
    if t[:11] == "SIGNUP_TAG:": return SignUp(t[11:].strip())
    if t[:12] == "SIGNOUT_TAG:": return SignOut()
    return Say(t)


def build_request(request, nickname):
    if request == KeepAlive(): return b""
    if request == SignOut(): return b"SIGNOUT_TAG:"
    if type(request) == SignUp: return b"SIGNUP_TAG:" + request.nickname.encode()
    t = request.text
    if t == "" or t[:11] == "SIGNUP_TAG:" or t[:12] == "SIGNOUT_TAG:" or t[: len(nickname) + 2] == nickname + ": ":
        t = nickname + ": " + t
    return t.encode()


def parse_answer(datagram):
    t = lire(datagram)
    if t[:12] == "REFUSED_TAG:": return Refused(t[12:])
    i = t.find(": ")
    if i > 0 and " " not in t[:i] and ":" not in t[:i]: return Said(t[:i], t[i + 2 :])
    if i != -1: return None
    if t[-8:] == " joined!" and t.count(" ") == 1 and len(t) > 8 and ":" not in t: return Joined(t[:-8])
    if t[-6:] == " left!" and t.count(" ") == 1 and len(t) > 6 and ":" not in t: return Left(t[:-6])
    return None


def build_answer(answer):
    if type(answer) == Joined: t = answer.nickname + " joined!"
    elif type(answer) == Left: t = answer.nickname + " left!"
    elif type(answer) == Said: t = answer.nickname + ": " + answer.text
    else: t = "REFUSED_TAG:" + answer.reason
    return t.encode()
