import asyncio
import socket
import threading

ENDED = "ended"
RESET = "reset"


class Connection(asyncio.Protocol):
    def __init__(self, sock, on_data, on_end):
        self.sock = sock
        self.on_data = on_data
        self.on_end = on_end
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.serve)
        self.ended = threading.Event()
        self.closing = False

    def start(self):
        self.thread.start()

    def serve(self):
        asyncio.set_event_loop(self.loop)
        self.stop = asyncio.Event()
        try:
            self.loop.run_until_complete(self.main())
        finally:
            self.loop.close()

    async def main(self):
        transport, _ = await self.loop.create_connection(lambda: self, sock=self.sock)
        if not self.closing:
            await self.stop.wait()
        transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def data_received(self, data):
        if not self.closing:
            self.on_data(data)

    def eof_received(self):
        self.tell(ENDED)
        return True

    def connection_lost(self, error):
        if error:
            self.tell(RESET)

    def tell(self, end):
        if not self.closing and not self.ended.is_set():
            try:
                self.on_end(end)
            finally:
                self.ended.set()

    def leave(self, patience=0.5):
        if not self.closing:
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if self.thread.is_alive():
                self.ended.wait(patience)
        self.close()

    def close(self):
        first, self.closing = not self.closing, True
        self.ended.set()
        if self.thread.is_alive():
            if first:
                self.loop.call_soon_threadsafe(lambda: self.stop.set())
            if self.thread is not threading.current_thread():
                self.thread.join()
        elif first:
            self.loop.close()
        self.sock.close()
