"""asyncio's own loop, with a protocol for each client."""

import asyncio
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Client(asyncio.Protocol):
    def __init__(self, server):
        self.server = server

    def connection_made(self, transport):
        self.transport = transport
        address = transport.get_extra_info("peername")
        self.sock = transport.get_extra_info("socket")
        self.server.answer(self.server.chat.connect(self, address, time.monotonic()))

    def data_received(self, data):
        self.server.answer(self.server.chat.receive(self, data, time.monotonic()))

    def eof_received(self):
        self.server.answer(self.server.chat.receive(self, b"", time.monotonic()))

    def connection_lost(self, error):
        self.server.answer(self.server.chat.leave(self, Reason.LOST))
        self.server.gone(self)


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.thread = None
        self.clients = set()

    def start(self):
        self.listener.setblocking(False)
        self.loop = asyncio.SelectorEventLoop()
        self.loop.set_exception_handler(lambda loop, context: None)
        self.ends = asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.main(),))
        self.thread.start()

    def close(self):
        if self.thread:
            self.loop.call_soon_threadsafe(self.ends.set)
            self.thread.join()
            self.loop.close()
            self.thread = None
        self.listener.close()

    async def main(self):
        accepting = asyncio.create_task(self.accept())
        await self.ends.wait()
        accepting.cancel()
        await asyncio.wait([accepting])
        self.answer(self.chat.close())
        for client in list(self.clients):
            client.transport.abort()
        while self.clients:
            await asyncio.sleep(0)

    async def accept(self):
        while True:
            try:
                sock, _ = await self.loop.sock_accept(self.listener)
                sock.setblocking(False)
                _, client = await self.loop.connect_accepted_socket(lambda: Client(self), sock)
                self.clients.add(client)
            except OSError:
                await asyncio.sleep(0.01)

    def gone(self, client):
        self.clients.discard(client)

    def answer(self, deliveries):
        for delivery in deliveries:
            for client in delivery.recipients:
                if not client.transport.is_closing():
                    client.transport.write(delivery.lines)
                    if client.transport.get_write_buffer_size() > self.chat.limits.max_outbox:
                        self.answer(self.chat.leave(client, Reason.SLOW))
                if delivery.last:
                    if client.transport.get_write_buffer_size():
                        client.transport.abort()
                    else:
                        client.transport.close()
