"""ex06 A UDP client: a model answer."""

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up

FIRST_PORT, LAST_PORT = 8000, 9000
LARGEST_DATAGRAM = 65_507
RETRY = 0.5  # seconds until the sign-up is sent again
TICK = 0.2  # seconds after which the receiving thread looks whether it is to end


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], show: Callable[[str], object]
) -> None:
    """Talk as `nickname` in the room at the address `room`, until the line `!q` or the end of `lines`."""
    bind_to_a_free_port(sock)
    sock.settimeout(TICK)
    answered, leaving = threading.Event(), threading.Event()

    def receive() -> None:
        while not leaving.is_set():
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                datagram, sender = sock.recvfrom(LARGEST_DATAGRAM)
                if sender == room:
                    show(decode(datagram))
                    answered.set()

    receiver = threading.Thread(target=receive, name="receive", daemon=True)
    receiver.start()
    try:
        sock.sendto(build_sign_up(nickname), room)
        while not answered.wait(RETRY):
            sock.sendto(build_sign_up(nickname), room)
        for line in lines:
            text = line.rstrip("\n")
            if text == "!q":
                break
            sock.sendto(build_say(text, nickname), room)
    finally:
        sock.sendto(build_sign_out(), room)
        leaving.set()
        receiver.join()


def bind_to_a_free_port(sock: socket.socket) -> None:
    """Bind `sock` to a random port that nobody has."""
    while True:
        with contextlib.suppress(OSError):  # it is taken
            sock.bind(("", random.randint(FIRST_PORT, LAST_PORT)))
            return
