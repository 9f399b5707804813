# expects: ERROR and a reason end the talk as well
import contextlib
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
    lines = (line.removesuffix("\n") for line in lines)
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
                    return
                if isinstance(answer, (Joined, Said, Left)):
                    on_event(answer)
        except (OSError, ValueError) as error:
            why = str(error)
        over.set()
        if not leaving.is_set():
            on_event(Gone(why))

    thread = threading.Thread(target=receive)
    thread.start()
    for line in lines:
        if over.is_set() or line == "!q":
            break
        try:
            sock.sendall(build_say(line))
        except Refusal as refusal:
            on_event(Refused(str(refusal)))
        except OSError:
            break
    if not over.is_set():
        leaving.set()
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
    thread.join(0.5)
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
    thread.join()


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
                nickname = next(lines, "!q")
                if nickname == "!q":
                    return False
                sock.sendall(build_nickname(nickname))
            case Welcome():
                on_event(Joined(nickname))
                return True
            case Hangup(reason):
                raise OSError(reason)
    raise OSError("the stream ended")

