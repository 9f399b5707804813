"""A state a function: each takes an answer and returns the state that follows. A pool of one receives."""

import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from chatlab.room.errors import LineTooLong, Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    texts = (line[: -line.endswith("\n") or None] for line in lines)
    buffer = LineBuffer(MAX_ANSWER)
    over = threading.Event()

    def choosing(answer):
        nonlocal nickname
        if isinstance(answer, Welcome):
            on_event(Joined(nickname))
            sock.settimeout(None)
            return inside
        if isinstance(answer, Choose) and answer.reason:
            on_event(Refused(answer.reason))
            nickname = next(texts, "!q")
            if nickname == "!q":
                return outside
        if isinstance(answer, Choose):
            sock.sendall(build_nickname(nickname))
        return choosing

    def inside(answer):
        if type(answer) in (Joined, Said, Left):
            on_event(answer)
        return inside

    def outside(answer):
        return outside

    def step(state):
        """One piece further. The end raises."""
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionResetError("nothing more comes")
        for answer in map(parse_answer, buffer.take(piece)):
            if type(answer) is Hangup:
                raise ConnectionAbortedError(answer.reason)
            state = state(answer)
        return state

    def listen():
        try:
            while True:
                step(inside)
        except (OSError, LineTooLong) as error:
            over.set()
            return error

    def sentences():
        for text in texts:
            if over.is_set() or text == "!q":
                return
            yield text

    with sock, ThreadPoolExecutor(1) as pool:
        state = choosing
        sock.settimeout(patience)
        try:
            sock.connect(room)
            while state is choosing:
                state = step(state)
        except (OSError, LineTooLong) as error:
            on_event(Gone(str(error)))
            return
        if state is outside:
            return
        leaving = threading.Event()
        hearing = pool.submit(listen)
        hearing.add_done_callback(lambda done: leaving.is_set() or on_event(Gone(str(done.result()))))
        try:
            for text in sentences():
                try:
                    sock.sendall(build_say(text))
                except Refusal as refusal:
                    on_event(Refused(str(refusal)))
            if not over.is_set():
                leaving.set()
                sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        wait([hearing], 0.5)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
