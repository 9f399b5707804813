"""Time-outs of a tenth of a second everywhere, and a send that counts by itself."""

import socket
import threading
import time

from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer

TICK = 0.1


class TheEnd(Exception):
    pass


def send_all_of(sock, data, stop):
    while data and not stop.is_set():
        try:
            data = data[sock.send(data) :]
        except TimeoutError:
            pass


def read_some(sock, buffer):
    """Answers; [] when there were none for a moment."""
    try:
        piece = sock.recv(2048)
    except TimeoutError:
        return []
    except OSError as error:
        raise TheEnd(f"lost: {error}") from error
    if not piece:
        raise TheEnd("closed")
    try:
        return [parse_answer(line) for line in buffer.take(piece)]
    except ValueError as error:
        raise TheEnd(str(error)) from error


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    stop = threading.Event()
    lines = iter(lines)
    buffer = LineBuffer(MAX_ANSWER)
    inside = []
    told = []

    def gone(why):
        if not told:
            told.append(why)
            on_event(Gone(why))
        stop.set()

    def look_at(answers):
        for number, answer in enumerate(answers):
            if isinstance(answer, Hangup):
                raise TheEnd(answer.reason)
            if inside:
                if isinstance(answer, (Said, Joined, Left)):
                    on_event(answer)
            elif isinstance(answer, Welcome):
                inside.append(True)
                on_event(Joined(nickname))
            elif isinstance(answer, Choose):
                return answer, answers[number + 1 :]
        return None, []

    try:
        sock.settimeout(patience)
        sock.connect(room)
    except OSError as error:
        gone(f"no room there ({error})")
        sock.close()
        return
    sock.settimeout(TICK)
    last, waiting = time.monotonic(), []
    try:
        while not inside:
            waiting = waiting or read_some(sock, buffer)
            choose, waiting = look_at(waiting)
            if choose:
                if choose.reason:
                    on_event(Refused(choose.reason))
                    nickname = next(lines, "!q").removesuffix("\n")
                    if nickname == "!q":
                        sock.close()
                        return
                send_all_of(sock, build_nickname(nickname), stop)
                last = time.monotonic()
            elif time.monotonic() - last > patience:
                raise TheEnd("it does not answer")
    except (TheEnd, OSError) as end:
        gone(str(end))
        sock.close()
        return

    leaving = threading.Event()

    def hear():
        while not stop.is_set():
            try:
                look_at(read_some(sock, buffer))
            except TheEnd as end:
                if leaving.is_set():
                    stop.set()
                else:
                    gone(str(end))

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    for line in lines:
        text = line[:-1] if line.endswith("\n") else line
        if stop.is_set() or text == "!q":
            break
        try:
            send_all_of(sock, build_say(text), stop)
        except Refusal as problem:
            on_event(Refused(f"{problem}"))
        except OSError:
            thread.join()
    leaving.set()
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    thread.join(0.5)
    stop.set()
    thread.join()
    sock.close()
