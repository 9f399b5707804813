"""One of the two threads runs an event loop, which receives at a copy of the socket."""

import asyncio
import contextlib
import socket
import threading
import time
from queue import SimpleQueue

from chatlab.udp.chat import UdpChat


class Inbox(asyncio.DatagramProtocol):
    def __init__(self, put) -> None:
        self.put = put

    def datagram_received(self, datagram, address) -> None:
        self.put((datagram, address))


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = SimpleQueue()
        self.ready = threading.Event()
        self.receiver = None
        self.sender = None

    def start(self) -> None:
        self.receiver = threading.Thread(target=lambda: asyncio.run(self.receive()), name="loop")
        self.sender = threading.Thread(target=self.send, name="send")
        self.receiver.start()
        self.sender.start()
        self.ready.wait()

    async def receive(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.end = asyncio.Event()
        own = self.sock.dup()
        own.setblocking(False)
        transport, _ = await self.loop.create_datagram_endpoint(lambda: Inbox(self.arrivals.put), sock=own)
        self.ready.set()
        await self.end.wait()
        transport.close()
        await asyncio.sleep(0)
        self.arrivals.put(None)

    def send(self) -> None:
        for datagram, address in iter(self.arrivals.get, None):
            self.deliver(self.chat.receive(datagram, address, time.monotonic()))
        self.deliver(self.chat.close())

    def deliver(self, deliveries) -> None:
        for datagram, recipients in deliveries:
            for recipient in recipients:
                while True:
                    try:
                        self.sock.sendto(datagram, recipient)
                    except BlockingIOError:  # the copy is not blocking, so the socket itself is not, either
                        time.sleep(0.01)
                    except OSError:
                        break
                    else:
                        break

    def stop(self) -> None:
        if self.receiver is None or not self.receiver.is_alive():
            return
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.end.set)
        self.receiver.join()
        self.sender.join()
