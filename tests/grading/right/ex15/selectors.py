"""One thread, one selector."""

import contextlib
import selectors
import socket
import threading
import time

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


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.talk = Talk()
        self.outboxes = {}
        self.ending = set()
        self.selector = selectors.DefaultSelector()
        self.open = True
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread.start()

    def close(self):
        self.open = False
        self.thread.join()

    def run(self):
        while self.open:
            self.turn()
        self.selector.unregister(self.listener)
        self.listener.close()
        self.do(self.talk.end())
        late = time.monotonic() + 0.5
        while self.outboxes and time.monotonic() < late:
            self.turn()
        for sock in list(self.outboxes):
            self.drop(sock)
        self.selector.close()

    def turn(self):
        for key, events in self.selector.select(0.05):
            if key.fileobj is self.listener:
                with contextlib.suppress(OSError):
                    sock, _ = self.listener.accept()
                    sock.setblocking(False)
                    self.outboxes[sock] = bytearray()
                    self.selector.register(sock, selectors.EVENT_READ)
                    self.do(self.talk.come(sock))
                continue
            sock = key.fileobj
            if events & selectors.EVENT_READ:
                try:
                    data = sock.recv(4096)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                self.do(self.talk.hear(sock, data))
                if not data:
                    self.drop(sock)
            if events & selectors.EVENT_WRITE and sock in self.outboxes:
                self.write(sock)

    def do(self, steps):
        slow = []
        for who, words in steps:
            if who not in self.outboxes:
                continue
            if words is None:
                self.ending.add(who)
            else:
                self.outboxes[who] += words
                if len(self.outboxes[who]) > 65_536:
                    slow.append(who)
        for who in list(self.outboxes):
            if self.outboxes[who] or who in self.ending:
                self.write(who)
        for who in slow:
            if len(self.outboxes.get(who, b"")) > 65_536:
                self.do(self.talk.go(who))
                self.drop(who)

    def write(self, sock):
        box = self.outboxes[sock]
        try:
            if box:
                del box[: sock.send(box)]
            if not box and sock in self.ending:
                sock.shutdown(socket.SHUT_WR)
                self.ending.discard(sock)
        except BlockingIOError:
            pass
        except OSError:
            return
        self.selector.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if box else 0))

    def drop(self, sock):
        if self.outboxes.pop(sock, None) is not None:
            self.ending.discard(sock)
            self.selector.unregister(sock)
            sock.close()
