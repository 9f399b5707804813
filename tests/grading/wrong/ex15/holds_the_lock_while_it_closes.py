# expects: close() waits for what does not come
"""ex15 The bug hunt: a model answer."""

import contextlib
import queue
import socket
import threading
import time

from chatlab.room.errors import LineTooLong, NicknameTaken, Refusal
from chatlab.room.room import Room
from chatlab.room.text import clean
from chatlab.tcp.foreign import mistaken_for
from chatlab.tcp.protocol import Hangup, Welcome, build_answer
from chatlab.tcp.sockets import prepare_accepted
from chatlab.tcp.telnet import TelnetFilter

MOST = 1024  # bytes of a line, its newline included
TRIES = 10  # nicknames that one may try
WAITING = 200  # lines that may wait for one who reads slowly
LINGER = 1.0  # seconds for the last words, until a connection ends


class Member:
    """One who is connected."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.is_in = False  # the room
        self.buffer = b""  # of the line that is not whole yet
        self.lines = []  # that are whole, and were not taken yet
        self.telnet = TelnetFilter(MOST)
        self.outbox = queue.Queue(WAITING)

    def next_line(self):
        """Wait for the next line. None: there is none, the stream has ended."""
        while not self.lines:
            data = self.sock.recv(4096)
            if not data:
                return None
            self.take(data)
        return self.lines.pop(0).removesuffix(b"\r").decode("utf-8", "replace")

    def take(self, data):
        """Cut what has come into lines."""
        if not self.is_in and (server := mistaken_for(data)):
            raise Refusal(f"this is a chatroom, not {server}")
        data, answer = self.telnet.take(data)  # what the program `telnet` says by itself, and what it wants to hear
        if answer:
            self.send(answer)
        self.buffer += data
        if b"\n" in self.buffer:
            *lines, self.buffer = self.buffer.split(b"\n")
            self.lines += lines
        if any(len(line) >= MOST for line in [*self.lines, self.buffer]):
            raise LineTooLong(f"a line has at most {MOST} bytes")

    def send(self, line):
        """Have a line sent, after those that wait. None: it was the last one."""
        try:
            self.outbox.put_nowait(line)
        except queue.Full:  # nobody waits for one who reads too slowly
            self.end()

    def write(self):
        """Send what comes into the outbox."""
        with contextlib.suppress(OSError):  # the connection is lost: the thread that reads learns it, too
            while (line := self.outbox.get()) is not None:
                self.sock.sendall(line)
            self.sock.shutdown(socket.SHUT_WR)

    def end(self):
        """End the connection, and wake the threads that wait in it."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Server:
    """A chatroom at `listener`, a TCP socket that listens. It is the server's from now on."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.room = Room(1000, echo=False)  # of lesson 03: who is in, under which nickname, and who hears what
        self.members = []  # all who are connected, in the room or not yet
        self.lock = threading.Lock()  # for both
        self.running = False
        self.acceptor = threading.Thread(target=self.accept, daemon=True)

    def start(self) -> None:
        """Let people in from now on, and return at once."""
        self.running = True
        self.acceptor.start()

    def close(self) -> None:
        """Let nobody in any more, tell all who are connected, and end their connections."""
        self.running = False
        self.acceptor.join()
        self.listener.close()
        with self.lock:
            for member in list(self.members):
                self.hang_up(member, "the room is closing")

    def accept(self):
        """Let people in."""
        self.listener.settimeout(0.1)  # seconds: so often it looks whether the room still runs
        while self.running:
            try:
                sock, _ = self.listener.accept()
            except OSError:  # nobody comes; or no file descriptor is left, and who comes has to wait
                time.sleep(0.01)
                continue
            prepare_accepted(sock)
            member = Member(sock)
            with self.lock:
                self.members.append(member)
            threading.Thread(target=member.write, daemon=True).start()
            threading.Thread(target=self.read, args=(member,), daemon=True).start()

    def choose_nickname(self, member):
        """Ask until there is a nickname. Returns whether the member is in the room."""
        question = "NICK"
        try:
            for _ in range(TRIES):
                member.send(f"{question}\n".encode())
                if (line := member.next_line()) is None:
                    self.leave(member)
                    return False
                if not (refusal := self.join(member, line.strip(" "))):
                    return True
                question = f"NICK {refusal}"
            self.hang_up(member, f"{TRIES} nicknames were refused")
        except (LineTooLong, Refusal) as error:
            self.hang_up(member, str(error))
        except OSError:  # the connection is lost
            self.leave(member)
        return False

    def read(self, member):
        """Get a nickname, and read what the member says, until it goes."""
        if not self.choose_nickname(member):
            return
        try:
            while (line := member.next_line()) is not None:
                self.say(member, clean(line))
            self.leave(member)
        except LineTooLong as error:
            self.hang_up(member, str(error))
        except OSError:
            self.leave(member)  # the connection is lost

    def join(self, member, nickname):
        """Let a member in, or return why not."""
        with self.lock:
            try:
                joined = self.room.join(member, nickname)
            except NicknameTaken as refusal:
                return f"{refusal}; {self.free_one(nickname)} is free"
            except Refusal as refusal:
                return str(refusal)
            member.is_in = True
            member.send(build_answer(Welcome()))
            self.tell(joined.hearers, build_answer(joined.event))
        return ""

    def free_one(self, nickname):
        """A nickname like this one that nobody has."""
        here = [name.casefold() for name in self.room.nicknames]
        names = (f"{nickname[:16]}{number}" for number in range(2, 2000))
        return next(name for name in names if name.casefold() not in here)

    def say(self, member, text):
        """Tell the others what a member says."""
        with self.lock:
            if text and member in self.room:
                said = self.room.say(member, text)
                self.tell(said.hearers, build_answer(said.event))

    def tell(self, hearers, line):
        """Send a line to each of them."""
        for hearer in hearers:
            hearer.send(line)

    def hang_up(self, member, reason):
        """End a member's connection, and say why."""
        member.send(build_answer(Hangup(reason)))
        self.leave(member)

    def leave(self, member):
        """The one way out. Who is out already can't leave."""
        with self.lock:
            if member not in self.members:
                return
            self.members.remove(member)
            if member in self.room:
                left = self.room.leave(member)
                self.tell(left.hearers, build_answer(left.event))
        member.send(None)
        threading.Timer(LINGER, member.end).start()
