"""Wrong TCP servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from math import inf
from typing import Any

from chatlab.room.addresses import Address
from chatlab.room.room import Room
from chatlab.room.text import clean, decode
from chatlab.tcp import chat
from chatlab.tcp.chat import TcpChat
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.protocol import Answer, Choose, Hangup, Welcome, build_answer
from chatlab.tcp.telnet import TelnetFilter
from tests.conformance.spoiling import NICKNAMES, Spoil, Wrong, around, both, setting

Chat = TcpChat[Any]
Deliveries = list[Delivery[Any]]


def before(spoil: Callable[[bytes], bytes]) -> Spoil:
    """Have `spoil` change the bytes that come in."""

    def receive(
        original: Callable[..., Deliveries], chat: Chat, connection: object, data: bytes, now: float
    ) -> Deliveries:
        return original(chat, connection, spoil(data), now)

    return around(TcpChat, "receive", receive)


def afterwards(spoil: Callable[[Chat, Delivery[Any]], Delivery[Any]]) -> Spoil:
    """Have `spoil` change what the chat does about bytes."""

    def receive(
        original: Callable[..., Deliveries], chat: Chat, connection: object, data: bytes, now: float
    ) -> Deliveries:
        return [spoil(chat, delivery) for delivery in original(chat, connection, data, now)]

    return around(TcpChat, "receive", receive)


def limited(**limits: float) -> Spoil:
    def make(original: Callable[..., None], chat: Chat, given: Limits, *, log: Callable[[str], None]) -> None:
        original(chat, replace(given, **limits), log=log)  # type: ignore[arg-type]  # each is the limit's own type

    return around(TcpChat, "__init__", make)


def saying(words: Callable[[Answer], bytes]) -> Spoil:
    return setting(chat, "build_answer", words)


def with_echo(original: Callable[..., None], room: Room[Any], capacity: int, *, echo: bool) -> None:
    original(room, capacity, echo=True)


def to_strangers_too(chat: Chat, delivery: Delivery[Any]) -> Delivery[Any]:
    if b": " in delivery.lines:
        return replace(delivery, recipients=(*delivery.recipients, *chat._strangers))
    return delivery


def one_handshake_at_a_time(
    original: Callable[..., Deliveries], chat: Chat, connection: object, address: Address, now: float
) -> Deliveries:
    shut = bool(chat._strangers)
    return original(chat, connection, address, now)[shut:]


def strangers_leave_too(
    original: Callable[..., Deliveries], chat: Chat, connection: object, *why: object
) -> Deliveries:
    stranger = connection in chat._strangers
    notice = Delivery(b"None left the chat!\n", chat.room.members)
    return original(chat, connection, *why) + ([notice] if stranger else [])


_numbers = count()


def every_second_is_lost(chat: Chat, delivery: Delivery[Any]) -> Delivery[Any]:
    lost = b": " in delivery.lines and next(_numbers) % 2
    return replace(delivery, recipients=()) if lost else delivery


def without_reason(answer: Answer) -> bytes:
    return b"NICK\n" if isinstance(answer, Choose) else build_answer(answer)


def with_a_word_after_error(answer: Answer) -> bytes:
    return build_answer(answer) + (b"bye\n" if isinstance(answer, Hangup) else b"")


def believing_claims(answer: Answer) -> bytes:
    text = getattr(answer, "text", "")
    return f"{text}\n".encode() if ": " in text or text.isupper() else build_answer(answer)


def one_piece_is_one_line(data: bytes) -> bytes:
    return data if data.endswith(b"\n") or not data else data + b"\n"


def only_the_first_line(data: bytes) -> bytes:
    return data[: data.find(b"\n") + 1] or data


def without_a_limit_while_there_is_no_newline(
    original: Callable[..., list[bytes]], buffer: LineBuffer, data: bytes = b"", most: float = inf
) -> list[bytes]:
    if b"\n" in buffer._bytes + data:
        return original(buffer, data, most)
    buffer._bytes += data
    return []


def without_newline(answer: Answer) -> bytes:
    return build_answer(answer).removesuffix(b"\n") if answer == Choose() else build_answer(answer)


def with_another_welcome(answer: Answer) -> bytes:
    return b"Welcome!\n" if isinstance(answer, Welcome) else build_answer(answer)


def quits(data: bytes) -> bytes:
    return b"" if data in (b"!q\n", b"exit\n", b"/quit\n") else data


def what_is_too_much_is_lost(original: Callable[..., Deliveries], chat: Chat, *arguments: Any) -> Deliveries:
    connection, state, bucket, data, now = arguments
    lines = state.lines.take(data)[: bucket.whole_tokens(now)]
    rest, state.lines = state.lines.next_line(), LineBuffer(state.lines.limit)
    return original(chat, connection, state, bucket, b"".join(line + b"\n" for line in lines) + rest, now)


def half_lines_count(
    original: Callable[..., Deliveries], chat: Chat, connection: Any, data: bytes, now: float
) -> Deliveries:
    cut_short = not data and connection in chat._states and len(chat._states[connection].lines)
    return (original(chat, connection, b"\n", now) if cut_short else []) + original(chat, connection, data, now)


def resets_are_not_seen(
    original: Callable[..., Deliveries], chat: Chat, connection: object, reason: Reason, *saw: str
) -> Deliveries:
    return [] if reason is Reason.LOST else original(chat, connection, reason, *saw)


def dies(original: Callable[..., Deliveries], chat: Chat, connection: object, what: object, now: float) -> Deliveries:
    """Of a piece that is not UTF-8: nobody hears anything from then on."""
    dead = chat.__dict__.setdefault("dead", [])
    if isinstance(what, bytes) and "\ufffd" in what.decode("utf-8", "replace"):
        dead.append(what)
    return [delivery for delivery in original(chat, connection, what, now) if delivery.last or not dead]


def hangs_up_on_help(original: Callable[..., Deliveries], chat: Chat, *arguments: Any) -> Deliveries:
    connection, *_, data, _ = arguments
    return chat.leave(connection, Reason.LEFT) if data == b"HELP\n" else original(chat, *arguments)


def without_answer(
    original: Callable[..., tuple[bytes, bytes]], telnet: TelnetFilter, data: bytes
) -> tuple[bytes, bytes]:
    return original(telnet, data)[0], b""


def ends_are_not_seen(
    original: Callable[..., Deliveries], chat: Chat, connection: object, data: bytes, now: float
) -> Deliveries:
    return original(chat, connection, data, now) if data else []


SCRIPTS = (
    *("nicknames of any script", "a nickname of twenty characters", "nicknames with marks"),
    "a nickname is normalised",
)
UNSAFE = ("control characters are removed", "line separators are removed", "nobody reorders a screen")
LOOKS_TAKEN = "a nickname that looks taken is refused"
WRONG: tuple[Wrong, ...] = (
    Wrong("no newline behind NICK", saying(without_newline), ("what the room says ends with a newline",)),
    Wrong("another welcome", saying(with_another_welcome), ("a newcomer is asked and let in",)),
    Wrong("joining is not announced", NICKNAMES["joining is not announced"], ("everyone else hears who joins",)),
    Wrong("leaving is not announced", NICKNAMES["leaving is not announced"], ("everyone else hears who leaves",)),
    Wrong("resets are not seen", around(TcpChat, "leave", resets_are_not_seen), ("a reset is a goodbye",)),
    Wrong(
        "a nickname is never free again",
        NICKNAMES["a nickname is never free again"],
        ("a nickname is free when its owner has left", "a reset is a goodbye", LOOKS_TAKEN),
    ),
    Wrong("nicknames are ASCII", NICKNAMES["nicknames are ASCII"], SCRIPTS),
    Wrong("nicknames have no marks", NICKNAMES["nicknames have no marks"], ("nicknames with marks",)),
    Wrong("three marks", NICKNAMES["nicknames have three marks a letter"], ("no other nicknames",)),
    Wrong(
        "nicknames are not normalised",
        NICKNAMES["nicknames are not normalised"],
        ("a nickname is normalised", LOOKS_TAKEN, "reserved nicknames"),
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
        ("a taken nickname is refused", LOOKS_TAKEN),
    ),
    Wrong("only equal nicknames are the same", NICKNAMES["only equal nicknames are the same"], (LOOKS_TAKEN,)),
    Wrong(
        "spaces belong to the nickname",
        setting(chat, "parse_nickname", lambda line: line.decode("utf-8", "replace")),
        ("spaces around a nickname",),
    ),
    Wrong(
        "what is not UTF-8 in a nickname is left out",
        setting(chat, "parse_nickname", lambda line: line.decode("utf-8", "ignore").strip(" ")),
        ("a nickname that is not utf8 is refused",),
    ),
    Wrong(
        "dies of a nickname that is not UTF-8",
        both(around(TcpChat, "receive", dies), around(TcpChat, "connect", dies)),
        ("a nickname that is not utf8 is refused",),
    ),
    Wrong(
        "members hear themselves",
        around(Room, "__init__", with_echo),
        ("a newcomer does not hear of itself", "no echo"),
    ),
    Wrong(
        "strangers hear the room",
        afterwards(to_strangers_too),
        ("who has no nickname hears nothing", "a line may come one byte at a time"),
    ),
    Wrong(
        "one handshake at a time",
        around(TcpChat, "connect", one_handshake_at_a_time),
        ("who has no nickname does not shut the door",),
        wide=True,
    ),
    Wrong(
        "refusals without a reason",
        saying(without_reason),
        ("a taken nickname is refused", "no other nicknames"),
        wide=True,
    ),
    Wrong(
        "nine tries",
        limited(nickname_tries=9),
        ("the tenth nickname may be right", "ten wrong nicknames are the end"),
    ),
    Wrong("eleven tries", limited(nickname_tries=11), ("ten wrong nicknames are the end",)),
    Wrong(
        "a word after ERROR",
        saying(with_a_word_after_error),
        (
            *("ten wrong nicknames are the end", "a longer line is the end", "a line without end is the end"),
            "other protocols are hung up on",
        ),
    ),
    Wrong(
        "some words are not sent on",
        afterwards(every_second_is_lost),
        ("nothing is lost when many talk",),
        wide=True,
    ),
    Wrong(
        "nothing said is sent on",
        saying(lambda answer: b"" if hasattr(answer, "text") else build_answer(answer)),
        ("everyone else hears what is said", "an empty line is not sent on"),
        wide=True,
    ),
    Wrong(
        "everything is Latin-1",
        setting(chat, "decode", lambda data: clean(data.decode("latin-1"))),
        ("text is utf8", "bytes that are not utf8"),
        wide=True,
    ),
    Wrong(
        "text is stripped",
        setting(chat, "decode", lambda data: decode(data).strip()),
        ("text arrives as it was said",),
    ),
    Wrong(
        "a text is a format",
        setting(chat, "decode", lambda data: decode(data).replace("%s", "")),
        ("text arrives as it was said",),
    ),
    Wrong("a member can quit by a word", before(quits), ("what a member says is no command",)),
    Wrong(
        "text is not cleaned",
        setting(chat, "decode", lambda data: data.decode("utf-8", "replace")),
        (*UNSAFE, "empty text is not sent on"),
    ),
    Wrong(
        "empty lines are sent on",
        setting(chat, "decode", lambda data: decode(data) or " "),
        ("empty text is not sent on", "an empty line is not sent on"),
    ),
    Wrong(
        "claims are believed",
        saying(believing_claims),
        ("nobody speaks as another", "nobody speaks for the room"),
        wide=True,
    ),
    Wrong(
        "lines are turned round",
        before(lambda data: b"".join(reversed(data.splitlines(keepends=True)))),
        ("lines keep their order",),
        wide=True,
    ),
    Wrong(
        "a return is kept",
        before(lambda data: data.replace(b"\r\n", b"\r\r\n") if data.count(b"\n") == 1 else data),
        ("carriage returns are dropped",),
    ),
    Wrong(
        "one piece is one line",
        before(one_piece_is_one_line),
        ("a line may come one byte at a time", "a piece may end anywhere", "a line cut short is not sent on"),
    ),
    Wrong("only the first line of a piece", before(only_the_first_line), ("lines may come in one piece",), wide=True),
    Wrong("a line has up to 1,023 bytes", limited(max_bytes=1023), ("the longest line arrives whole",)),
    Wrong("a line has up to 1,025 bytes", limited(max_bytes=1025), ("a longer line is the end",)),
    Wrong(
        "a line may be without end",
        around(LineBuffer, "take", without_a_limit_while_there_is_no_newline),
        ("a line without end is the end",),
    ),
    Wrong("half a line is sent on", around(TcpChat, "receive", half_lines_count), ("a line cut short is not sent on",)),
    Wrong(
        "what is too much is lost",
        around(TcpChat, "_read_member", what_is_too_much_is_lost),
        ("who talks too much loses nothing",),
    ),
    Wrong(
        "strangers are said to leave",
        around(TcpChat, "leave", strangers_leave_too),
        ("who never came in does not leave", "other protocols are hung up on"),
    ),
    Wrong(
        "the end of the stream is not seen",
        around(TcpChat, "receive", ends_are_not_seen),
        ("everyone else hears who leaves", "the end of the stream is a goodbye"),
        wide=True,
    ),
    Wrong(
        "other protocols may try on",
        setting(chat, "mistaken_for", lambda line: ""),
        ("other protocols are hung up on",),
    ),
    Wrong(
        "members may not speak other protocols",
        around(TcpChat, "_read_member", hangs_up_on_help),
        ("a member may say what other protocols say",),
    ),
    Wrong(
        "telnet is not known",
        setting(chat, "IAC", b"never in anything that is said"),
        ("telnet commands are taken out", "telnet options are declined"),
    ),
    Wrong("telnet waits for an answer", around(TelnetFilter, "take", without_answer), ("telnet options are declined",)),
    Wrong("who does not read is never dropped", limited(max_outbox=10**9), ("who does not read is dropped",)),
)
