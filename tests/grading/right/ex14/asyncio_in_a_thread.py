"""An event loop in a thread does all that has to do with the network; the lines are handed to it."""

import asyncio
import contextlib
import socket
import threading

from chatlab.room.errors import Refusal
from chatlab.room.events import Gone, Joined, Left, Refused, Said
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Choose, Hangup, Welcome, build_nickname, build_say, parse_answer


class Ended(Exception):
    pass


class Network:
    def __init__(self, sock, room, tell, patience):
        self.sock, self.room, self.tell, self.patience = sock, room, tell, patience
        self.buffer, self.waiting = LineBuffer(MAX_ANSWER), []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.over = threading.Event()
        self.hearing = None

    def do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    async def open(self):
        self.sock.setblocking(False)
        try:
            await asyncio.wait_for(self.loop.sock_connect(self.sock, self.room), self.patience)
        except asyncio.TimeoutError:
            raise Ended("nobody answers") from None
        except OSError as error:
            raise Ended(f"nobody listens: {error}") from None

    async def answer(self):
        while not self.waiting:
            try:
                piece = await self.loop.sock_recv(self.sock, 1000)
                lines = self.buffer.take(piece)
            except (OSError, ValueError) as error:
                raise Ended(str(error)) from None
            if not piece:
                raise Ended("the end of the stream")
            self.waiting += map(parse_answer, lines)
        answer = self.waiting.pop(0)
        if isinstance(answer, Hangup):
            raise Ended(answer.reason)
        return answer

    async def ask(self):
        try:
            return await asyncio.wait_for(self.answer(), self.patience)
        except asyncio.TimeoutError:
            raise Ended("no answer") from None

    async def send(self, data):
        try:
            await self.loop.sock_sendall(self.sock, data)
        except OSError as error:
            raise Ended(str(error)) from None

    async def listen(self):
        self.hearing = asyncio.ensure_future(self.hear())

    async def hear(self):
        try:
            while True:
                answer = await self.answer()
                if isinstance(answer, Joined | Said | Left):
                    self.tell(answer)
        except Ended as end:
            if not self.over.is_set():
                self.over.set()
                self.tell(Gone(str(end)))

    async def leave(self):
        self.over.set()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        await asyncio.wait([self.hearing], timeout=0.5)

    async def stop(self):
        if self.hearing:
            self.hearing.cancel()
            await asyncio.wait([self.hearing])

    def close(self):
        self.do(self.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        self.sock.close()


def talk(sock, nickname, room, lines, on_event, *, patience=5.0):
    network = Network(sock, room, on_event, patience)
    lines = iter(lines)
    try:
        network.do(network.open())
        while not isinstance(answer := network.do(network.ask()), Welcome):
            if isinstance(answer, Choose):
                if answer.reason:
                    on_event(Refused(answer.reason))
                    nickname = next(lines, "!q").removesuffix("\n")
                    if nickname == "!q":
                        return
                network.do(network.send(build_nickname(nickname)))
        on_event(Joined(nickname))
        network.do(network.listen())
        for line in lines:
            text = line.removesuffix("\n")
            if network.over.is_set():
                return
            if text == "!q":
                break
            try:
                network.do(network.send(build_say(text)))
            except Refusal as refusal:
                on_event(Refused(str(refusal)))
            except Ended:
                network.do(asyncio.wait_for(network.hearing, 1))
                return
        network.do(network.leave())
    except Ended as end:
        on_event(Gone(str(end)))
    finally:
        network.close()
