import itertools
import random
import socket
import threading

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def talk(sock, nickname, room, lines, show):
    _bind(sock, set())
    over, got = threading.Event(), threading.Event()

    def say(datagram):
        sock.sendto(datagram, room)

    def again():
        while not got.is_set():
            say(build_sign_up(nickname))
            got.wait(0.5)

    def listen():
        sock.settimeout(0.25)
        while not over.is_set():
            try:
                data, source = sock.recvfrom(65507)
            except TimeoutError:
                continue
            except ConnectionResetError:
                continue
            if source != room:
                continue
            got.set()
            show(decode(data))

    crew = [threading.Thread(target=listen), threading.Thread(target=again)]
    for one in crew:
        one.start()
    got.wait()
    texts = (line[: len(line) - line.endswith("\n")] for line in lines)
    for text in itertools.takewhile(lambda text: text != "!q", texts):
        say(build_say(text, nickname))
    say(build_sign_out())
    over.set()
    for one in crew:
        one.join()


def _bind(sock, tried):
    port = random.randrange(8000, 9001)
    try:
        return sock.bind(("", port))
    except OSError:
        return _bind(sock, tried | {port})
