"""The receiving thread shakes hands, too; a queue tells the other what it may do with its lines."""

import contextlib
import queue
import socket
import threading

from chatlab.room.errors import Refusal
from chatlab.room.events import Event, Gone, Joined, Refused
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    signs = queue.Queue()  # "another nickname", "in", "over"
    over, leaving = threading.Event(), threading.Event()
    name = [nickname]

    def end(why):
        over.set()
        if not leaving.is_set():
            on_event(Gone(why))
        signs.put("over")

    def hear():
        buffer, inside = LineBuffer(MAX_ANSWER), False
        try:
            sock.settimeout(patience)
            sock.connect(room)
            while True:
                data = sock.recv(512)
                if data == b"":
                    return end("end of stream")
                for line in buffer.take(data):
                    answer = parse_answer(line)
                    match answer:
                        case Hangup(reason):
                            return end(reason)
                        case Choose("") if not inside:
                            sock.sendall(build_nickname(name[0]))
                        case Choose(reason) if not inside:
                            on_event(Refused(reason))
                            sock.settimeout(None)  # a person may think
                            signs.put("another nickname")
                        case Welcome() if not inside:
                            inside = True
                            sock.settimeout(None)
                            on_event(Joined(name[0]))
                            signs.put("in")
                        case Choose() | Welcome() | None:
                            pass
                        case event if inside:
                            on_event(event)
        except Exception as error:
            end(repr(error))

    thread = threading.Thread(target=hear)
    thread.start()
    lines = iter(lines)
    try:
        while (sign := signs.get()) == "another nickname":
            text = next(lines, "!q").removesuffix("\n")
            if text == "!q":
                break
            name[0] = text
            sock.settimeout(patience)
            with contextlib.suppress(OSError):
                sock.sendall(build_nickname(text))
        if sign == "in":
            for line in lines:
                text = line.removesuffix("\n")
                if text == "!q" or over.is_set():
                    break
                try:
                    sock.sendall(build_say(text))
                except Refusal as refusal:
                    on_event(Refused(str(refusal)))
                except OSError:
                    thread.join(1)
                    break
    finally:
        leaving.set()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
        thread.join(0.4)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        thread.join()
