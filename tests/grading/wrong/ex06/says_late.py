# expects: was said late
"""ex06"""

import random
import socket
import threading
import time

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def talk(sock, nickname, room, lines, show):
    while True:
        port = random.randint(8000, 9000)
        try:
            sock.bind(("", port))
            break
        except OSError:
            continue
    sock.settimeout(0.2)
    answered = threading.Event()
    leaving = threading.Event()

    def receive():
        while not leaving.is_set():
            try:
                datagram, sender = sock.recvfrom(65_507)
            except (TimeoutError, ConnectionResetError):
                continue
            if sender == room:
                show(decode(datagram))
                answered.set()

    thread = threading.Thread(target=receive)
    thread.start()
    sock.sendto(build_sign_up(nickname), room)
    while not answered.wait(0.5):
        sock.sendto(build_sign_up(nickname), room)
    for line in lines:
        text = line.rstrip("\n")
        if text == "!q":
            break
        time.sleep(0.5)
        sock.sendto(build_say(text, nickname), room)
    sock.sendto(build_sign_out(), room)
    leaving.set()
    thread.join()
