"""A timer signs up again; the receiving thread takes all that is there, and waits in select with a copy of the socket."""

import random
import select
import socket
import threading

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


class Again:
    """Sends the sign-up now and every half second, until it is cancelled."""

    def __init__(self, send):
        self.send = send
        self.lock = threading.Lock()
        self.is_over = False
        self.ring()

    def ring(self):
        with self.lock:
            if self.is_over:
                return
            self.send()
            self.timer = threading.Timer(0.5, self.ring)
            self.timer.daemon = True
            self.timer.start()

    def cancel(self):
        with self.lock:
            self.is_over = True
            self.timer.cancel()
        self.timer.join()


def talk(sock, nickname, room, lines, show):
    candidates = random.sample(range(8000, 9001), k=1001)
    while candidates:
        try:
            sock.bind(("", candidates.pop()))
        except OSError as taken:
            print(taken)
        else:
            break
    copy = sock.dup()
    is_in, is_over = threading.Event(), threading.Event()

    def hear():
        while not is_over.is_set():
            readable, _, _ = select.select([copy], [], [], 0.2)
            for ready in readable:
                try:
                    datagram, sender = ready.recvfrom(65_507)
                except OSError:
                    continue
                if sender == room:
                    show(decode(datagram))
                    is_in.set()

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    again = Again(lambda: sock.sendto(build_sign_up(nickname), room))
    is_in.wait()
    again.cancel()
    for line in lines:
        text = line.split("\n")[0]
        if text == "!q":
            break
        sock.sendto(build_say(text, nickname), room)
    sock.sendto(build_sign_out(), room)
    is_over.set()
    thread.join()
    copy.close()
