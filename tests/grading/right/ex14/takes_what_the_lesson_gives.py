"""The generator and the goodbye of lesson 14, as they stand there."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import (
    MAX_ANSWER,
    Choose,
    Hangup,
    Welcome,
    build_nickname,
    build_say,
    parse_answer,
)

Tell = Callable[[Event], object]


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], on_event: Tell, *, patience: float = 5.0
) -> None:
    lines = itertools.takewhile(lambda line: line != "!q", (line.removesuffix("\n") for line in lines))
    try:
        sock.settimeout(patience)
        sock.connect(room)
        answers = answers_of(sock)
        if not enter(sock, nickname, answers, lines, on_event):
            return leave(sock)
        sock.settimeout(None)
    except (OSError, ValueError) as error:
        on_event(Gone(str(error)))
        sock.close()
        return
    leaving, over = threading.Event(), threading.Event()

    def receive():
        why = "the room has ended"
        try:
            for answer in answers:
                if isinstance(answer, Hangup):
                    why = answer.reason
                    break
                if isinstance(answer, (Joined, Said, Left)):
                    on_event(answer)
        except (OSError, ValueError) as error:
            why = str(error)
        over.set()
        if not leaving.is_set():
            on_event(Gone(why))

    receiver = threading.Thread(target=receive)
    receiver.start()
    for line in lines:
        if over.is_set():
            break
        try:
            sock.sendall(build_say(line))
        except Refusal as refusal:
            on_event(Refused(str(refusal)))
        except OSError:
            break
    else:
        leaving.set()
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
    receiver.join(0.5)  # seconds, in which the thread reads on
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)  # wakes it, if it still waits
    sock.close()
    receiver.join()


def answers_of(sock):
    buffer = LineBuffer(MAX_ANSWER)
    while piece := sock.recv(4096):
        yield from map(parse_answer, buffer.take(piece))


def leave(sock):
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        sock.settimeout(0.5)
        while sock.recv(4096):
            pass
    sock.close()


def enter(sock, nickname, answers, lines, on_event):
    for answer in answers:
        match answer:
            case Choose(""):
                sock.sendall(build_nickname(nickname))
            case Choose(reason):
                on_event(Refused(reason))
                nickname = next(lines, None)
                if nickname is None:
                    return False
                sock.sendall(build_nickname(nickname))
            case Welcome():
                on_event(Joined(nickname))
                return True
            case Hangup(reason):
                raise OSError(reason)
    raise OSError("the stream ended")

