import asyncio
import threading
from functools import partial
from queue import Queue


class Protocol(asyncio.DatagramProtocol):
    def __init__(self, put):
        self.datagram_received = lambda data, addr: put(data)
        self.error_received = print


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = Queue()
        self.thread = None

    async def main(self, ready):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        transport, _ = await self.loop.create_datagram_endpoint(
            partial(Protocol, self.messages.put), sock=self.sock.dup()
        )
        ready.set()
        await self.over.wait()
        transport.close()
        await asyncio.sleep(0)

    def start(self):
        ready = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.main(ready)))
        self.thread.start()
        ready.wait()

    def stop(self):
        if self.thread is not None and self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.over.set)
            self.thread.join()
