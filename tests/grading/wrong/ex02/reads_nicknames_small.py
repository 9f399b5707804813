# expects: Capitals and small letters stay as they are
from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp


def parse_request(datagram: bytes) -> SignUp | SignOut | KeepAlive | Say:
    text = datagram.decode("utf-8", "replace")
    if text == "":
        return KeepAlive()
    if text.startswith("SIGNUP_TAG:"):
        return SignUp(text[11:].strip().lower())
    if text.startswith("SIGNOUT_TAG:"):
        return SignOut()
    return Say(text)


def build_request(request: SignUp | SignOut | KeepAlive | Say, nickname: str) -> bytes:
    if isinstance(request, SignUp):
        return b"SIGNUP_TAG:" + request.nickname.encode()
    if isinstance(request, SignOut):
        return b"SIGNOUT_TAG:"
    if isinstance(request, KeepAlive):
        return b""
    text = request.text
    if text == "" or text.startswith(("SIGNUP_TAG:", "SIGNOUT_TAG:", nickname + ": ")):
        text = nickname + ": " + text
    return text.encode()


def parse_answer(datagram: bytes) -> Joined | Left | Said | Refused | None:
    text = datagram.decode("utf-8", "replace")
    if text.startswith("REFUSED_TAG:"):
        return Refused(text[12:])
    nickname, found, rest = text.partition(": ")
    if found:
        return Said(nickname, rest) if good(nickname) else None
    for ending, event in ((" joined!", Joined), (" left!", Left)):
        if text.endswith(ending) and good(text[: -len(ending)]):
            return event(text[: -len(ending)])
    return None


def good(nickname):
    return nickname != "" and " " not in nickname and ":" not in nickname


def build_answer(answer: Joined | Left | Said | Refused) -> bytes:
    if isinstance(answer, Said):
        return (answer.nickname + ": " + answer.text).encode()
    if isinstance(answer, Refused):
        return ("REFUSED_TAG:" + answer.reason).encode()
    return (answer.nickname + (" joined!" if isinstance(answer, Joined) else " left!")).encode()
