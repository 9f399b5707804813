"""A file over the socket finds the lines; its limit is looked at line by line."""

import contextlib
import socket
import threading

from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    typed = iter(lines)
    state = {"ended": False, "leaving": False}

    def gone(why):
        if not state["ended"] and not state["leaving"]:
            state["ended"] = True
            on_event(Gone(why))

    def next_answer(file):
        line = file.readline(MAX_ANSWER)
        if not line.endswith(b"\n"):
            raise ConnectionError("the room has hung up" if len(line) < MAX_ANSWER else "the room talks nonsense")
        answer = parse_answer(line[:-1].removesuffix(b"\r"))
        if isinstance(answer, Hangup):
            raise ConnectionError(answer.reason)
        return answer

    def listen(file):
        try:
            while True:
                answer = next_answer(file)
                if isinstance(answer, (Joined, Said, Left)):
                    on_event(answer)
        except OSError as error:
            gone(str(error))

    file = None
    thread = None
    try:
        sock.settimeout(patience)
        sock.connect(room)
        file = sock.makefile("rb")
        while True:
            answer = next_answer(file)
            if isinstance(answer, Welcome):
                break
            if not isinstance(answer, Choose):
                continue
            if answer.reason:
                on_event(Refused(answer.reason))
                nickname = next(typed, "!q").removesuffix("\n")
                if nickname == "!q":
                    return
            sock.sendall(build_nickname(nickname))
        on_event(Joined(nickname))
        sock.settimeout(None)
        thread = threading.Thread(target=listen, args=(file,))
        thread.start()
        for line in typed:
            line = line.removesuffix("\n")
            if state["ended"]:
                return
            if line == "!q":
                break
            try:
                sock.sendall(build_say(line))
            except Refusal as error:
                on_event(Refused(str(error)))
        state["leaving"] = True
        sock.shutdown(socket.SHUT_WR)
        thread.join(0.5)
    except OSError as error:
        gone(str(error))
    finally:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        if thread:
            thread.join()
        if file:
            file.close()
        sock.close()
