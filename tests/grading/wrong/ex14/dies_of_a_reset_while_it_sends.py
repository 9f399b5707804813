# expects: sock.sendall(build_say(text))
import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator

from chatlab.room.addresses import Address
from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Answer, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer

Tell = Callable[[Event], object]

LINGER = 0.5  # seconds that the room has to end its stream after ours


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], on_event: Tell, *, patience: float = 5.0
) -> None:
    """Talk as `nickname` in the room at the address `room`, until one of the two leaves."""
    typed = until_quit(lines)
    answers = answers_of(sock)
    leaving, ended = threading.Event(), threading.Event()

    def receive() -> None:
        try:
            for answer in answers:
                if isinstance(answer, Joined | Said | Left):
                    on_event(answer)
        except (OSError, ValueError) as end:
            ended.set()
            if not leaving.is_set():
                on_event(Gone(str(end)))

    with sock:
        try:
            sock.settimeout(patience)
            sock.connect(room)
            if not enter(sock, nickname, answers, typed, on_event):
                return
        except (OSError, ValueError) as end:
            on_event(Gone(str(end)))
            return
        sock.settimeout(None)
        receiver = threading.Thread(target=receive, name="receive", daemon=True)
        receiver.start()
        for text in typed:
            if ended.is_set():
                break
            try:
                sock.sendall(build_say(text))
            except Refusal as refusal:
                on_event(Refused(str(refusal)))
        else:
            leaving.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
        receiver.join(LINGER)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)  # wakes the thread; on Windows, close does
        sock.close()
        receiver.join()


def enter(sock: socket.socket, nickname: str, answers: Iterator[Answer], typed: Iterator[str], on_event: Tell) -> bool:
    """Shake hands. Whether we are in; else nobody wants to be."""
    for answer in answers:
        match answer:
            case Welcome():
                on_event(Joined(nickname))
                return True
            case Choose(reason):
                if reason:
                    on_event(Refused(reason))
                    if (another := next(typed, None)) is None:
                        break
                    nickname = another
                sock.sendall(build_nickname(nickname))
    return False


def answers_of(sock: socket.socket) -> Iterator[Answer]:
    """What the room says. Raises OSError or ValueError, in words, when it has ended."""
    buffer = LineBuffer(MAX_ANSWER)
    while piece := sock.recv(4096):
        for line in buffer.take(piece):
            match parse_answer(line):
                case Hangup(reason):
                    raise ConnectionError(reason)
                case None:
                    pass
                case answer:
                    yield answer
    raise ConnectionError("the room has ended")


def until_quit(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        text = line.removesuffix("\n")
        if text == "!q":
            return
        yield text
