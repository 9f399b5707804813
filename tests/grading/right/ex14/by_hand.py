"""A long way: its own lines, found by hand, and select for every wait."""

import select
import socket
import threading
import time

from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.room.text import decode


class Problem(Exception):
    pass


class Lines:
    def __init__(self):
        self.rest = b""

    def add(self, data):
        self.rest = self.rest + data
        result = []
        while b"\n" in self.rest:
            position = self.rest.index(b"\n")
            line = self.rest[:position]
            self.rest = self.rest[position + 1 :]
            if line.endswith(b"\r"):
                line = line[:-1]
            result.append(decode(line))
        if len(self.rest) >= 65536:
            raise Problem("a line without an end")
        return result


def event_of(line):
    if line.endswith(" joined the chat") and " " not in line[: -len(" joined the chat")] and ":" not in line:
        return Joined(line[: -len(" joined the chat")])
    if line.endswith(" left the chat!") and " " not in line[: -len(" left the chat!")] and ":" not in line:
        return Left(line[: -len(" left the chat!")])
    name, colon, text = line.partition(": ")
    if colon and name and " " not in name and ":" not in name:
        return Said(name, text)
    return None


def receive(sock, seconds):
    ready, _, _ = select.select([sock], [], [], seconds)
    if not ready:
        return None
    try:
        data = sock.recv(4000)
    except OSError as error:
        raise Problem(str(error)) from error
    if not data:
        raise Problem("end of file")
    return data


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    try:
        talk_until_the_end(sock, nickname, room, iter(lines), on_event, patience)
    except Problem as problem:
        on_event(Gone(str(problem)))
    finally:
        sock.close()


def talk_until_the_end(sock, nickname, room, lines, on_event, patience):
    sock.settimeout(patience)
    try:
        sock.connect(room)
    except OSError as error:
        raise Problem(f"{error}") from error
    sock.settimeout(None)
    found = Lines()
    waiting = []
    while True:
        while not waiting:
            data = receive(sock, patience)
            if data is None:
                raise Problem("too slow")
            waiting = found.add(data)
        line = waiting.pop(0)
        if line == "Connected to the server!":
            break
        if line.startswith("ERROR "):
            raise Problem(line[6:])
        if line.startswith("NICK "):
            on_event(Refused(line[5:]))
            line = "NICK"
            for nickname in lines:
                nickname = nickname.removesuffix("\n")
                break
            else:
                return
            if nickname == "!q":
                return
        if line == "NICK":
            try:
                sock.sendall(nickname.encode() + b"\n")
            except OSError as error:
                raise Problem(str(error)) from error
    on_event(Joined(nickname))
    is_leaving, is_over = threading.Event(), threading.Event()

    def listen():
        at_hand = waiting
        try:
            while True:
                for line in at_hand:
                    if line.startswith("ERROR "):
                        raise Problem(line[6:])
                    event = event_of(line)
                    if event:
                        on_event(event)
                data = None
                while data is None and not is_over.is_set():
                    data = receive(sock, 0.1)
                if data is None:
                    return
                at_hand = found.add(data)
        except Problem as problem:
            is_over.set()
            if not is_leaving.is_set():
                on_event(Gone(str(problem)))

    thread = threading.Thread(target=listen)
    thread.start()
    for line in lines:
        text = line.removesuffix("\n")
        if is_over.is_set() or text == "!q":
            break
        data = text.encode() + b"\n"
        if len(data) > 1024:
            on_event(Refused("that is too long"))
            continue
        try:
            sock.sendall(data)
        except OSError:
            thread.join()
            break
    is_leaving.set()
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    deadline = time.monotonic() + 0.5
    while thread.is_alive() and time.monotonic() < deadline:
        thread.join(0.05)
    is_over.set()
    thread.join()
