"""No lock: all that happens goes through a queue to the one thread that has the room."""

import contextlib
import queue
import socket
import threading
from collections import deque

from chatlab.room.errors import LineTooLong, Refusal
from chatlab.room.room import Room
from chatlab.room.text import decode
from chatlab.tcp.foreign import mistaken_for
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import Hangup, Welcome, build_answer, parse_nickname
from chatlab.tcp.telnet import TelnetFilter


class Talk:
    """The room without sockets: what comes of each is asked, and who is to hear what is answered; None: hang up."""

    def __init__(self):
        self.room = Room(1000, echo=False)
        self.people = {}  # lines, telnet, and how many nicknames were refused

    def come(self, who):
        self.people[who] = [LineBuffer(1024), TelnetFilter(1024), 0]
        return [(who, b"NICK\n")]

    def hear(self, who, data):
        if who not in self.people:
            return []
        if not data:
            return self.go(who)
        out = []
        lines, telnet, _ = self.people[who]
        try:
            if who not in self.room and (server := mistaken_for(data)):
                raise Refusal(f"this is a chatroom, not {server}")
            data, answer = telnet.take(data)
            if answer:
                out.append((who, answer))
            while whole := lines.take(data):
                data = b""
                for line in whole:
                    out += self.say(who, decode(line)) if who in self.room else self.join(who, parse_nickname(line))
        except (LineTooLong, Refusal) as error:
            out.append((who, build_answer(Hangup(str(error)))))
            out += self.go(who)
        return out

    def join(self, who, nickname):
        try:
            joined = self.room.join(who, nickname)
        except Refusal as refusal:
            self.people[who][2] += 1
            if self.people[who][2] == 10:
                raise Refusal("that was the tenth") from refusal
            return [(who, f"NICK {refusal}\n".encode())]
        return [(who, build_answer(Welcome())), *((other, build_answer(joined.event)) for other in joined.hearers)]

    def say(self, who, text):
        if not text:
            return []
        said = self.room.say(who, text)
        return [(other, build_answer(said.event)) for other in said.hearers]

    def go(self, who):
        if self.people.pop(who, None) is None:
            return []
        out = [(who, None)]
        if who in self.room:
            left = self.room.leave(who)
            out += [(other, build_answer(left.event)) for other in left.hearers]
        return out

    def end(self):
        words = build_answer(Hangup("the room is closing"))
        return [step for who in self.people for step in ((who, words), (who, None))]


class Peer:
    """A connection, and what waits for it."""

    def __init__(self, sock):
        self.sock = sock
        self.waiting = deque()
        self.size = 0
        self.over = False
        self.changed = threading.Condition()

    def put(self, words):
        with self.changed:
            if words is None:
                self.over = True
            else:
                self.waiting.append(words)
                self.size += len(words)
            self.changed.notify()
            return self.size <= 65_536

    def write(self):
        try:
            while True:
                with self.changed:
                    self.changed.wait_for(lambda: self.waiting or self.over)
                    if not self.waiting:
                        break
                    words = self.waiting.popleft()
                self.sock.sendall(words)
                with self.changed:
                    self.size -= len(words)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()



class Server:
    def __init__(self, listener):
        self.listener = listener
        self.talk = Talk()
        self.news = queue.SimpleQueue()
        self.owner = threading.Thread(target=self.own, daemon=True)
        self.door = threading.Thread(target=self.accept, daemon=True)
        self.open = True

    def start(self):
        self.listener.settimeout(0.05)
        self.owner.start()
        self.door.start()

    def close(self):
        self.open = False
        self.door.join()
        self.listener.close()
        self.news.put((None, None))
        self.owner.join()

    def accept(self):
        while self.open:
            with contextlib.suppress(OSError):
                sock, _ = self.listener.accept()
                sock.settimeout(None)
                peer = Peer(sock)
                self.news.put((peer, None))
                for work in (peer.write, lambda peer=peer: self.read(peer)):
                    threading.Thread(target=work, daemon=True).start()

    def read(self, peer):
        data = b"?"
        while data:
            try:
                data = peer.sock.recv(1000)
            except OSError:
                data = b""
            self.news.put((peer, data))

    def own(self):
        while True:
            peer, data = self.news.get()
            if peer is None:
                break
            steps = self.talk.come(peer) if data is None else self.talk.hear(peer, data)
            for who, words in steps:
                if not who.put(words):
                    who.cut()
        for who, words in self.talk.end():
            who.put(words)
