# expects: Capitals and small letters stay as they are
"""ex02 Parse and build: a model answer."""

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

SIGN_UP = "SIGNUP_TAG:"
SIGN_OUT = "SIGNOUT_TAG:"
REFUSED = "REFUSED_TAG:"


def parse_request(datagram: bytes) -> SignUp | SignOut | KeepAlive | Say:
    """What a client wants. No bytes make it fail: what is not UTF-8 becomes U+FFFD."""
    text = datagram.decode("utf-8", "replace")
    if not text:
        return KeepAlive()
    if text.startswith(SIGN_UP):
        return SignUp(text.removeprefix(SIGN_UP).strip())
    if text.startswith(SIGN_OUT):
        return SignOut()
    return Say(text)


def build_request(request: SignUp | SignOut | KeepAlive | Say, nickname: str) -> bytes:
    """The datagram by which `nickname` sends `request`."""
    match request:
        case SignUp(wanted):
            return f"{SIGN_UP}{wanted}".encode()
        case SignOut():
            return SIGN_OUT.encode()
        case KeepAlive():
            return b""
        case Say(text):
            plain = text.encode()
            # The room takes the speaker's own nickname off: a text that begins with it would lose it.
            arrives = parse_request(plain) == request and not text.startswith(f"{nickname}: ")
            return plain if arrives else f"{nickname}: {text}".encode()


def is_nickname(text: str) -> bool:
    return bool(text) and " " not in text and ":" not in text


def parse_answer(datagram: bytes) -> Joined | Left | Said | Refused | None:
    """What the room says; None for what no room says."""
    text = datagram.decode("utf-8", "replace")
    if text.startswith(REFUSED):
        return Refused(text.removeprefix(REFUSED))
    # A notice has no colon in it, so what has one is what somebody said, whatever the text looks like.
    nickname, colon, said = text.partition(": ")
    if colon:
        return Said(nickname.lower(), said)
    match text.split(" "):
        case [nickname, "joined!"] if is_nickname(nickname):
            return Joined(nickname)
        case [nickname, "left!"] if is_nickname(nickname):
            return Left(nickname)
    return None


def build_answer(answer: Joined | Left | Said | Refused) -> bytes:
    """The datagram by which the room says `answer`."""
    match answer:
        case Joined(nickname):
            return f"{nickname} joined!".encode()
        case Left(nickname):
            return f"{nickname} left!".encode()
        case Said(nickname, text):
            return f"{nickname}: {text}".encode()
        case Refused(reason):
            return f"{REFUSED}{reason}".encode()
