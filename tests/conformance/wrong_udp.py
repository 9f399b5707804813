"""Wrong UDP servers."""

from __future__ import annotations

from collections.abc import Callable

from chatlab.room.addresses import Address
from chatlab.room.room import Room
from chatlab.room.text import clean
from chatlab.udp import chat, protocol
from chatlab.udp.chat import Delivery, UdpChat
from chatlab.udp.limits import Reason
from chatlab.udp.protocol import Say, SignOut, SignUp, build_answer
from tests.conformance.spoiling import NICKNAMES, Spoil, Wrong, around, both, setting

Receive = Callable[[UdpChat, bytes, Address, float], list[Delivery]]
Spoiled = Callable[[UdpChat, bytes, Address, list[Delivery]], list[Delivery]]


def afterwards(spoil: Spoiled) -> Spoil:
    """Have `spoil` change what the chat does about a datagram."""

    def receive(original: Receive, chat: UdpChat, datagram: bytes, address: Address, now: float) -> list[Delivery]:
        return spoil(chat, datagram, address, original(chat, datagram, address, now))

    return around(UdpChat, "receive", receive)


def to_all_ever_seen(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    seen = chat.__dict__.setdefault("seen", {})
    seen[address] = None
    return [
        Delivery(d.datagram, d.recipients if d.datagram.startswith(b"REFUSED_TAG:") else tuple(seen))
        for d in deliveries
    ]


def repeated_to_all(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    if datagram.startswith(b"SIGNUP_TAG:"):
        return [Delivery(d.datagram, chat.room.members) for d in deliveries]
    return deliveries


def renamed(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    if datagram.startswith(b"SIGNUP_TAG:") and address in chat.room:
        chat.room._nicknames[address] = datagram[11:].decode()
    return deliveries


def signs_out_whom_it_says(
    chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]
) -> list[Delivery]:
    named = datagram.removeprefix(b"SIGNOUT_TAG:").decode("utf-8", "replace")
    for member in chat.room.members:
        if datagram.startswith(b"SIGNOUT_TAG:") and chat.room.nickname(member) == named:
            deliveries += chat.leave(member, Reason.SIGNED_OUT)
    return deliveries


def strangers_speak(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    if address not in chat.room:
        return [*deliveries, Delivery(b"None: " + datagram, chat.room.members)]
    return deliveries


def amplifies(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    refusal = b"REFUSED_TAG:go away, and come back when you have read the protocol page"
    return deliveries if address in chat.room else [Delivery(refusal, (address,))]


def dies_of_bytes(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    dead = chat.__dict__.setdefault("dead", [])
    try:
        datagram.decode()
    except UnicodeDecodeError:
        dead.append(datagram)
    return [] if dead else deliveries


def parse_request_with_claims(datagram: bytes) -> SignUp | Say | SignOut:
    """Leaves an empty datagram to be said."""
    request = protocol.parse_request(datagram)
    return Say("(nothing)") if isinstance(request, protocol.KeepAlive) else request


def build_answer_as_claimed(answer: protocol.Answer) -> bytes:
    """Believes a text that looks like what the room says."""
    text = getattr(answer, "text", "")
    return text.encode() if protocol.parse_answer(text.encode()) else build_answer(answer)


def repeated_strip(text: str, nickname: str) -> str:
    return text.replace(f"{nickname}: ", "")


def without_echo(original: Callable[..., None], room: Room[Address], capacity: int, *, echo: bool) -> None:
    original(room, capacity, echo=False)


UNSAFE = ("control characters are removed", "line separators are removed", "nobody reorders a screen")
SCRIPTS = ("nicknames of any script", "a nickname of twenty characters", "a nickname is normalised")

WRONG = (
    Wrong("joining is not announced", NICKNAMES["joining is not announced"], ("everyone hears who joins",)),
    Wrong("leaving is not announced", NICKNAMES["leaving is not announced"], ("everyone hears who leaves",)),
    Wrong(
        "repeated sign-ups go to all",
        afterwards(repeated_to_all),
        ("a repeated sign up is answered to that address alone",),
    ),
    Wrong("another sign-up renames", afterwards(renamed), ("a member keeps its nickname",)),
    Wrong(
        "who has left still hears",
        afterwards(to_all_ever_seen),
        ("who has left hears nothing more", "a stranger hears nothing"),
    ),
    Wrong(
        "a nickname is never free again",
        NICKNAMES["a nickname is never free again"],
        ("a nickname is free when its owner has left",),
    ),
    Wrong(
        "anybody signs out anybody",
        afterwards(signs_out_whom_it_says),
        ("nobody signs out another", "a stranger cannot speak"),
    ),
    Wrong("nicknames are ASCII", NICKNAMES["nicknames are ASCII"], SCRIPTS),
    Wrong("nicknames are not normalised", NICKNAMES["nicknames are not normalised"], ("a nickname is normalised",)),
    Wrong("19 characters", NICKNAMES["nicknames have up to 19 characters"], ("a nickname of twenty characters",)),
    Wrong("21 characters", NICKNAMES["nicknames have up to 21 characters"], ("no other nicknames",)),
    Wrong("any nickname", NICKNAMES["nicknames may be anything"], ("no other nicknames", "reserved nicknames")),
    Wrong("nothing is reserved", NICKNAMES["nothing is reserved"], ("reserved nicknames",)),
    Wrong(
        "two may have one nickname", NICKNAMES["two may have one nickname"], ("a nickname that looks taken is refused",)
    ),
    Wrong(
        "only equal nicknames are the same",
        NICKNAMES["only equal nicknames are the same"],
        ("a nickname that looks taken is refused",),
    ),
    Wrong(
        "no echo",
        around(Room, "__init__", without_echo),
        ("everyone hears what is said", "the longest text arrives whole"),
    ),
    Wrong(
        "everything is Latin-1",
        setting(protocol, "decode", lambda data: clean(data.decode("latin-1"))),
        ("text arrives as it was said", "bytes that are not utf8"),
    ),
    Wrong(
        "bytes that are not UTF-8 are dropped",
        setting(protocol, "decode", lambda data: clean(data.decode("utf-8", "ignore"))),
        ("bytes that are not utf8",),
    ),
    Wrong(
        "a text has up to 1,023 bytes",
        around(UdpChat, "_check_size", lambda original, chat, datagram: original(chat, datagram + b"x")),
        ("the longest text arrives whole",),
    ),
    Wrong(
        "a text has up to 1,025 bytes",
        around(UdpChat, "_check_size", lambda original, chat, datagram: original(chat, datagram[:-1])),
        ("a longer text is refused",),
    ),
    Wrong(
        "the own nickname is doubled",
        setting(chat, "strip_claim", lambda text, nickname: text),
        ("the own nickname is not doubled",),
    ),
    Wrong(
        "the own nickname is taken out everywhere",
        setting(chat, "strip_claim", repeated_strip),
        ("the own nickname is not doubled",),
    ),
    Wrong(
        "claims are believed",
        setting(chat, "build_answer", build_answer_as_claimed),
        ("nobody speaks as another", "nobody speaks for the room"),
    ),
    Wrong(
        "text is not cleaned",
        both(setting(chat, "clean", str), setting(protocol, "decode", lambda data: data.decode("utf-8", "replace"))),
        (*UNSAFE, "empty text is not sent on"),
    ),
    Wrong(
        "a keep-alive is said",
        setting(chat, "parse_request", parse_request_with_claims),
        ("a keep alive is not sent on",),
    ),
    Wrong("strangers speak", afterwards(strangers_speak), ("a stranger cannot speak",)),
    Wrong("strangers get long refusals", afterwards(amplifies), ("a stranger gets no more bytes than it sends",)),
    Wrong("dies of bytes that are not UTF-8", afterwards(dies_of_bytes), ("no bytes end the room",)),
)
