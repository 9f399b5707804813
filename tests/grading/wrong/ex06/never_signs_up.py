# expects: that comes first
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
RETRY = 0.5
TICK = 0.2


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], show: Callable[[str], object]
) -> None:
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
    while True:
        with contextlib.suppress(OSError):
            sock.bind(("", random.randint(FIRST_PORT, LAST_PORT)))
            return
