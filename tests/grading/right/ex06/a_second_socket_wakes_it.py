"""A socket of its own wakes the first one; nested functions, and a condition in place of an event."""

import random
import socket
from threading import Condition, Thread

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up

LOW, HIGH = 8000, 9000


def talk(sock: socket.socket, nickname: str, room: Address, lines, show) -> None:
    bound = False
    while not bound:
        try:
            sock.bind(("", random.randint(LOW, HIGH)))
            bound = True
        except OSError:
            bound = False

    state = {"in": False, "over": False}
    changed = Condition()

    def receive() -> None:
        while True:
            try:
                datagram, sender = sock.recvfrom(65_507)
            except ConnectionResetError:
                continue
            if state["over"]:
                break
            if sender != room:
                continue
            show(decode(datagram))
            with changed:
                state["in"] = True
                changed.notify()

    thread = Thread(target=receive)
    thread.start()
    with changed:
        sock.sendto(build_sign_up(nickname), room)
        while not changed.wait_for(lambda: state["in"], 0.5):
            sock.sendto(build_sign_up(nickname), room)
    iterator = iter(lines)
    while True:
        line = next(iterator, "!q")
        if line and line[-1] == "\n":
            line = line[:-1]
        if line == "!q":
            break
        sock.sendto(build_say(line, nickname), room)
    sock.sendto(build_sign_out(), room)
    state["over"] = True
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
        waker.sendto(b"", ("127.0.0.1", sock.getsockname()[1]))
    thread.join()
