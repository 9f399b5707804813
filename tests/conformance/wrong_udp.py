"""Wrong UDP servers."""

from __future__ import annotations

from collections.abc import Callable

from chatlab.room.addresses import Address
from chatlab.room.room import Room
from chatlab.room.text import clean
from chatlab.udp import chat, leases, protocol
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery
from chatlab.udp.limits import Reason
from chatlab.udp.protocol import Say, SignOut, SignUp, build_answer
from tests.conformance.spoiling import NICKNAMES, Spoil, Wrong, around, both, setting

Receive = Callable[..., list[Delivery]]
Spoiled = Callable[[UdpChat, bytes, Address, list[Delivery]], list[Delivery]]


def cleaning_text(cleaned: Callable[[str], str]) -> Spoil:
    """What members say is cleaned as it comes in, and once more where the speaker's own nickname stood before it."""
    return both(
        setting(protocol, "decode", lambda data: cleaned(data.decode("utf-8", "replace"))),
        setting(chat, "clean", cleaned),
    )


def afterwards(spoil: Spoiled) -> Spoil:
    """Have `spoil` change what the chat does about a datagram."""

    def receive(
        original: Receive, chat: UdpChat, datagram: bytes, address: Address, now: float, *, may_wait: bool = True
    ) -> list[Delivery]:
        return spoil(chat, datagram, address, original(chat, datagram, address, now, may_wait=may_wait))

    return around(UdpChat, "receive", receive)


def before(spoil: Callable[[UdpChat, bytes, Address], bytes]) -> Spoil:
    """Have `spoil` change the datagrams that come in."""

    def receive(
        original: Receive, chat: UdpChat, datagram: bytes, address: Address, now: float, *, may_wait: bool = True
    ) -> list[Delivery]:
        return original(chat, spoil(chat, datagram, address), address, now, may_wait=may_wait)

    return around(UdpChat, "receive", receive)


def signing_up(nickname: Callable[[bytes], str]) -> Spoil:
    """Have `nickname` say which one is asked for by what stands behind SIGNUP_TAG:."""

    def parse(datagram: bytes) -> protocol.Request:
        wanted = datagram.removeprefix(b"SIGNUP_TAG:")
        return protocol.parse_request(datagram) if wanted == datagram else SignUp(nickname(wanted))

    return setting(chat, "parse_request", parse)


def quits(chat: UdpChat, datagram: bytes, address: Address) -> bytes:
    return b"SIGNOUT_TAG:" if datagram in (b"!q", b"exit", b"/quit") else datagram


def looks_behind_the_claim(chat: UdpChat, datagram: bytes, address: Address) -> bytes:
    claim = f"{chat.room.nickname(address)}: ".encode() if address in chat.room else b""
    rest = datagram.removeprefix(claim)
    return rest if rest.startswith(b"SIGN") else datagram


def answers_at_any_length(
    original: Callable[..., list[Delivery]], chat: UdpChat, *request: object, answer_bytes: int, waits: object
) -> list[Delivery]:
    return original(chat, *request, answer_bytes=1000, waits=waits)


def to_all_ever_seen(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    seen = chat.__dict__.setdefault("seen", {})
    seen[address] = None
    if address not in chat.room:
        return deliveries
    return [
        Delivery(d.datagram, tuple(seen) if d.datagram.startswith(b"ada") and b": " in d.datagram else d.recipients)
        for d in deliveries
    ]


def repeated_to_all(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    if datagram.startswith(b"SIGNUP_TAG:"):
        return [Delivery(d.datagram, chat.room.members) for d in deliveries]
    return deliveries


def renamed(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    if datagram.startswith(b"SIGNUP_TAG:") and address in chat.room:
        chat.room._nicknames[address] = datagram[11:].decode("utf-8", "replace")
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


def dies_of_zeros(chat: UdpChat, datagram: bytes, address: Address, deliveries: list[Delivery]) -> list[Delivery]:
    dead = chat.__dict__.setdefault("dead", [])
    dead += [datagram] * (datagram == b"\x00" * 40)
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
SCRIPTS = (
    *("nicknames of any script", "a nickname of twenty characters", "nicknames with marks"),
    "a nickname is normalised",
)
GROWS = "a nickname that grows has to be padded"
LOOKS_TAKEN = "a nickname that looks taken is refused"

WRONG = (
    Wrong("joining is not announced", NICKNAMES["joining is not announced"], ("everyone hears who joins",)),
    Wrong("leaving is not announced", NICKNAMES["leaving is not announced"], ("everyone hears who leaves",)),
    Wrong(
        "repeated sign-ups go to all",
        afterwards(repeated_to_all),
        ("a repeated sign up is answered to that address alone",),
        wide=True,
    ),
    Wrong("another sign-up renames", afterwards(renamed), ("a member keeps its nickname",), wide=True),
    Wrong(
        "who has left still hears",
        afterwards(to_all_ever_seen),
        ("who has left hears nothing more", "a stranger hears nothing"),
    ),
    Wrong(
        "a nickname is never free again",
        NICKNAMES["a nickname is never free again"],
        ("a nickname is free when its owner has left",),
        wide=True,
    ),
    Wrong(
        "anybody signs out anybody",
        afterwards(signs_out_whom_it_says),
        ("nobody signs out another", "a stranger cannot speak"),
    ),
    Wrong(
        "padding belongs to the nickname",
        signing_up(lambda wanted: wanted.decode("utf-8", "replace")),
        (
            *("a sign up may be padded", "a sign up may be a line", "a token that nobody asked for", GROWS),
            "spaces around a nickname",
        ),
    ),
    Wrong(
        "a line end belongs to the nickname",
        signing_up(lambda wanted: wanted.decode("utf-8", "replace").partition(" " * 20)[0].strip(" ")),
        ("a sign up may be a line", "a token that nobody asked for"),
    ),
    Wrong(
        "a token belongs to the nickname",
        signing_up(lambda wanted: wanted.decode("utf-8", "replace").strip()),
        ("a token that nobody asked for",),
    ),
    Wrong(
        "what is not UTF-8 in a nickname is left out",
        signing_up(lambda wanted: wanted.decode("utf-8", "ignore").partition(" 0123")[0].strip(" \r\n")),
        ("a nickname that is not utf8 is refused",),
    ),
    Wrong("nicknames are ASCII", NICKNAMES["nicknames are ASCII"], (*SCRIPTS, GROWS)),
    Wrong("nicknames have no marks", NICKNAMES["nicknames have no marks"], ("nicknames with marks",)),
    Wrong("three marks", NICKNAMES["nicknames have three marks a letter"], ("no other nicknames",)),
    Wrong(
        "nicknames are not normalised",
        NICKNAMES["nicknames are not normalised"],
        ("a nickname is normalised", GROWS, LOOKS_TAKEN, "reserved nicknames"),
    ),
    Wrong("19 characters", NICKNAMES["nicknames have up to 19 characters"], ("a nickname of twenty characters",)),
    Wrong("21 characters", NICKNAMES["nicknames have up to 21 characters"], ("no other nicknames",)),
    Wrong(
        "any nickname", NICKNAMES["nicknames may be anything"], ("no other nicknames", "reserved nicknames"), wide=True
    ),
    Wrong("nothing is reserved", NICKNAMES["nothing is reserved"], ("reserved nicknames",)),
    Wrong(
        "two may have one nickname",
        NICKNAMES["two may have one nickname"],
        (LOOKS_TAKEN, "a stranger gets no more bytes than it sends"),
    ),
    Wrong("only equal nicknames are the same", NICKNAMES["only equal nicknames are the same"], (LOOKS_TAKEN,)),
    Wrong(
        "no echo",
        around(Room, "__init__", without_echo),
        ("everyone hears who joins", "everyone hears what is said"),
        wide=True,
    ),
    Wrong(
        "everything is Latin-1",
        setting(protocol, "decode", lambda data: clean(data.decode("latin-1"))),
        ("text is utf8", "bytes that are not utf8"),
        wide=True,
    ),
    Wrong(
        "bytes that are not UTF-8 are dropped",
        setting(protocol, "decode", lambda data: clean(data.decode("utf-8", "ignore"))),
        ("bytes that are not utf8",),
    ),
    Wrong(
        "text is stripped",
        cleaning_text(lambda text: clean(text).strip()),
        ("text arrives as it was said", "the own nickname alone is not sent on"),
    ),
    Wrong(
        "a text is a format",
        cleaning_text(lambda text: clean(text.replace("%s", "").replace("{0}", ""))),
        ("text arrives as it was said",),
    ),
    Wrong("a member can quit by a word", before(quits), ("what a member says is no command",)),
    Wrong(
        "a command may stand behind a claim", before(looks_behind_the_claim), ("what looks like a command can be said",)
    ),
    Wrong(
        "a text has up to 1,023 bytes",
        around(UdpChat, "check_size", lambda original, chat, size: original(chat, size + 1)),
        ("the longest text arrives whole",),
    ),
    Wrong(
        "a text has up to 1,025 bytes",
        around(UdpChat, "check_size", lambda original, chat, size: original(chat, size - 1)),
        ("a longer text is refused",),
    ),
    Wrong(
        "the own nickname is doubled",
        setting(chat, "strip_claim", lambda text, nickname: text),
        (
            *("the own nickname is not doubled", "the own nickname alone is not sent on"),
            "what looks like a command can be said",
        ),
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
        wide=True,
    ),
    Wrong(
        "text is not cleaned",
        both(
            setting(chat, "clean", str),
            setting(protocol, "decode", lambda data: data.decode("utf-8", "replace")),
        ),
        (*UNSAFE, "a line end is removed", "empty text is not sent on"),
    ),
    Wrong(
        "empty text is sent on",
        cleaning_text(lambda text: clean(text) or " "),
        ("empty text is not sent on", "the own nickname alone is not sent on"),
    ),
    Wrong(
        "a keep-alive is said",
        setting(chat, "parse_request", parse_request_with_claims),
        ("a keep alive is not sent on",),
    ),
    Wrong(
        "each of too many texts is refused",
        setting(leases, "REFUSAL_INTERVAL", 0.0),
        ("who talks too much is not refused each time",),
    ),
    Wrong("strangers speak", afterwards(strangers_speak), ("a stranger cannot speak",), wide=True),
    Wrong(
        "strangers get long refusals",
        afterwards(amplifies),
        ("a stranger gets no more bytes than it sends",),
        wide=True,
    ),
    Wrong("sign-ups get long answers", around(UdpChat, "let_in", answers_at_any_length), (GROWS,)),
    Wrong("dies of bytes that are not UTF-8", afterwards(dies_of_bytes), ("a nickname that is not utf8 is refused",)),
    Wrong("dies of forty zeros", afterwards(dies_of_zeros), ("no bytes end the room",)),
)
