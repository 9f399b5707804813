"""A coroutine for each connection, in an event loop that has a thread of its own."""

import asyncio
import contextlib
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


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.talk = Talk()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()), daemon=True)

    def start(self):
        self.thread.start()
        self.ready.wait()

    def close(self):
        self.loop.call_soon_threadsafe(self.closing.set)
        self.thread.join()

    async def run(self):
        self.loop = asyncio.get_running_loop()
        self.closing = asyncio.Event()
        server = await asyncio.start_server(self.serve, sock=self.listener)
        self.ready.set()
        await self.closing.wait()
        server.close()
        writers = list(self.talk.people)
        self.do(self.talk.end())
        await asyncio.wait([asyncio.ensure_future(self.gone(w)) for w in writers] or [asyncio.ensure_future(asyncio.sleep(0))], timeout=0.4)
        for writer in writers:
            writer.transport.abort()

    async def gone(self, writer):
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def serve(self, reader, writer):
        self.do(self.talk.come(writer))
        data = b"?"
        while data:
            try:
                data = await reader.read(4096)
            except OSError:
                data = b""
            self.do(self.talk.hear(writer, data))

    def do(self, steps):
        for who, words in steps:
            if words is None:
                who.close()
            elif not who.transport.is_closing():
                who.write(words)
                if who.transport.get_write_buffer_size() > 100_000:
                    who.transport.abort()
