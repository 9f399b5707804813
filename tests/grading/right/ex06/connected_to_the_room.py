"""The socket is connected to the room: the system itself drops what others send."""

import random
import socket
import threading

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def talk(sock, nickname, room, lines, show):
    while True:
        try:
            sock.bind(("", random.randint(8000, 9000)))
        except OSError:
            continue
        break
    sock.connect(room)
    sock.settimeout(0.2)
    answered, over = threading.Event(), threading.Event()

    def receive():
        while not over.is_set():
            try:
                datagram = sock.recv(65_507)
            except (TimeoutError, ConnectionError):
                continue
            show(decode(datagram))
            answered.set()

    thread = threading.Thread(target=receive)
    thread.start()
    try:
        sock.send(build_sign_up(nickname))
        while not answered.wait(0.5):
            sock.send(build_sign_up(nickname))
        for line in lines:
            text = line.removesuffix("\n")
            if text == "!q":
                return
            sock.send(build_say(text, nickname))
    finally:
        sock.send(build_sign_out())
        over.set()
        thread.join()
