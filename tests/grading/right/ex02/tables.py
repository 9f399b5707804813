from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

READERS = [
    (lambda t: t == "", lambda t: KeepAlive()),
    (lambda t: t.startswith("SIGNUP_TAG:"), lambda t: SignUp(t.split(":", maxsplit=1)[1].strip())),
    (lambda t: t.startswith("SIGNOUT_TAG:"), lambda t: SignOut()),
    (lambda t: True, Say),
]


def parse_request(datagram):
    t = datagram.decode("utf-8", "replace")
    return next(read(t) for fits, read in READERS if fits(t))


def build_request(request, nickname):
    name = type(request).__name__
    if name == "Say":
        naked = request.text.encode()
        if parse_request(naked) != request or naked.startswith(nickname.encode() + b": "):
            return nickname.encode() + b": " + naked
        return naked
    return {
        "SignUp": lambda: "SIGNUP_TAG:" + request.nickname,
        "SignOut": lambda: "SIGNOUT_TAG:",
        "KeepAlive": lambda: "",
    }[name]().encode()


ENDINGS = {" joined!": Joined, " left!": Left}


def parse_answer(datagram):
    t = datagram.decode("utf-8", "replace")
    if t.startswith("REFUSED_TAG:"):
        return Refused(t.removeprefix("REFUSED_TAG:"))
    if ": " in t:
        who, said = t.split(": ", 1)
        if not who or " " in who or ":" in who:
            return None
        return Said(who, said)
    for ending, event in ENDINGS.items():
        who = t.removesuffix(ending)
        if who != t and who and " " not in who and ":" not in who:
            return event(who)
    return None


def build_answer(answer):
    for ending, event in ENDINGS.items():
        if isinstance(answer, event):
            return (answer.nickname + ending).encode()
    if isinstance(answer, Refused):
        return ("REFUSED_TAG:" + answer.reason).encode("UTF-8")
    return ": ".join((answer.nickname, answer.text)).encode("UTF-8")
