"""An event loop in a thread receives, at a copy of the socket; signing up is a task of it."""

import asyncio
import random
import socket
import threading

from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


class Ears(asyncio.DatagramProtocol):
    def __init__(self, room, show, answered):
        self.room, self.show, self.answered = room, show, answered

    def datagram_received(self, datagram, sender):
        if sender == self.room:
            self.show(decode(datagram))
            self.answered.set()

    def error_received(self, error):
        pass


async def listen(sock, nickname, room, show, answered, running):
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    running.append(lambda: loop.call_soon_threadsafe(end.set))
    own = sock.dup()
    own.setblocking(False)
    transport, _ = await loop.create_datagram_endpoint(lambda: Ears(room, show, answered), sock=own)
    sign_up = asyncio.create_task(keep_signing_up(transport, nickname, room, answered))
    await end.wait()
    sign_up.cancel()
    transport.close()
    await asyncio.sleep(0)


async def keep_signing_up(transport, nickname, room, answered):
    while not answered.is_set():
        transport.sendto(build_sign_up(nickname), room)
        await asyncio.sleep(0.5)


def talk(sock, nickname, room, lines, show):
    for port in random.sample(range(8000, 9001), 1001):
        try:
            sock.bind(("", port))
            break
        except OSError:
            continue
    answered, running = threading.Event(), []
    thread = threading.Thread(
        target=asyncio.run, args=(listen(sock, nickname, room, show, answered, running),), daemon=True
    )
    thread.start()
    try:
        answered.wait()
        for line in lines:
            text = line.rstrip("\n")
            if text == "!q":
                break
            sock.sendto(build_say(text, nickname), room)
    finally:
        sock.sendto(build_sign_out(), room)
        running[0]()
        thread.join()
