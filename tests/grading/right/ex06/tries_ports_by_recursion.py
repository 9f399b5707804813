import asyncio
import random
import socket
import threading
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.text import decode
from chatlab.udp.protocol import build_say, build_sign_out, build_sign_up


def bind_somewhere(sock):
    try:
        sock.bind(("", random.choice(range(8000, 9001))))
    except OSError:
        bind_somewhere(sock)


async def listen(sock, room, show, entered, ended):
    loop = asyncio.get_running_loop()

    def one():
        try:
            data, address = sock.recvfrom(65507)
        except (ConnectionResetError, BlockingIOError):
            return
        if address == room:
            entered.set()
            show(decode(data))

    loop.add_reader(sock, one)
    await ended.wait()
    loop.remove_reader(sock)


def talk(sock, nickname, room, lines, show):
    bind_somewhere(sock)
    entered = threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(listen(sock, room, show, entered, ended),))
    thread.start()
    while True:
        sock.sendto(build_sign_up(nickname), room)
        if entered.wait(timeout=0.5):
            break
    for line in lines:
        match line.removesuffix("\n"):
            case "!q":
                break
            case text:
                sock.sendto(build_say(text, nickname), room)
    sock.sendto(build_sign_out(), room)
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()
