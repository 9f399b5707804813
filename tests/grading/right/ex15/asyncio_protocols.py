"""asyncio again, by protocols and transports."""

import asyncio
import threading

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


class Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server = server

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=90_000)
        self.server.do(self.server.talk.come(self))

    def data_received(self, data):
        self.server.do(self.server.talk.hear(self, data))

    def eof_received(self):
        self.server.do(self.server.talk.hear(self, b""))

    def connection_lost(self, error):
        self.server.do(self.server.talk.hear(self, b""))

    def pause_writing(self):
        self.transport.abort()


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.talk = Talk()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(self.loop.create_server(lambda: Connection(self), sock=self.listener))
        self.loop.run_forever()
        server.close()
        self.do(self.talk.end())
        self.loop.run_until_complete(asyncio.sleep(0.1))
        self.loop.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def do(self, steps):
        for who, words in steps:
            if words is None:
                who.transport.close()
            elif not who.transport.is_closing():
                who.transport.write(words)
