import asyncio
import queue
import threading


class Receiver:
    def __init__(self, sock):
        self.sock = sock
        self.messages = queue.Queue()
        self.loop = None

    def start(self):
        self.sock.setblocking(False)
        self.loop = asyncio.SelectorEventLoop()
        self.loop.add_reader(self.sock, self._readable)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()

    def _readable(self):
        try:
            self.messages.put_nowait(self.sock.recvfrom(65_536)[0])
        except (BlockingIOError, ConnectionResetError):
            return

    def _end(self):
        self.loop.remove_reader(self.sock)
        self.loop.stop()

    def stop(self):
        if self.loop is None or self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self._end)
        self.thread.join()
