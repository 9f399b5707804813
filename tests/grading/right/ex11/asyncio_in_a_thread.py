"""One thread with an event loop: then nobody shares anything."""

import asyncio
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[asyncio.StreamWriter] = TcpChat(log=lambda line: None)
        self.thread = None

    def start(self) -> None:
        self.listener.setblocking(False)
        self.loop = asyncio.SelectorEventLoop()
        self.stop = self.loop.create_future()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.main(),))
        self.thread.start()

    def close(self) -> None:
        thread, self.thread = self.thread, None
        if thread:
            self.loop.call_soon_threadsafe(self.stop.set_result, None)
            thread.join()
            self.loop.close()
        self.listener.close()

    async def main(self) -> None:
        self.clients = set()
        accepting = asyncio.create_task(self.accept())
        await self.stop
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        self.deliver(self.chat.close())
        for task in self.clients:
            task.cancel()
        await asyncio.gather(*self.clients, return_exceptions=True)

    async def accept(self) -> None:
        while True:
            try:
                sock, address = await self.loop.sock_accept(self.listener)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            self.clients.add(task := asyncio.create_task(self.serve(sock, address)))
            task.add_done_callback(self.clients.discard)

    async def serve(self, sock, address) -> None:
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            self.deliver(self.chat.connect(writer, address, time.monotonic()))
            while True:
                data = await reader.read(2048)
                self.deliver(self.chat.receive(writer, data, time.monotonic()))
                if not data:
                    break
        except OSError:
            self.deliver(self.chat.leave(writer, Reason.LOST))
        finally:
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                pass

    def deliver(self, deliveries) -> None:
        for delivery in deliveries:
            for writer in delivery.recipients:
                if not writer.is_closing():
                    writer.write(delivery.lines)
                if delivery.last:
                    writer.close()
