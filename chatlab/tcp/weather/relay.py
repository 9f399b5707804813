"""The stream relay: clients connect to it as if it were the server, and the bytes of both meet the weather.

    a client  <->  the relay  <->  the server        a connection on either side, for each client

TCP's bargain holds through it: an end is passed on behind the bytes before it, and a side that does not read makes the
other side wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from chatlab.room.addresses import shown
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port, resolve
from chatlab.service.service import Service
from chatlab.tcp.sockets import BACKLOG, listen
from chatlab.tcp.weather.connection import Connection, Side
from chatlab.tcp.weather.pieces import FAIR, Stream, StreamWeather, Trouble

# How often the relay looks whether it is to close, in seconds.
TICK = 0.05
# How long it tries to reach the server for a client, in seconds.
PATIENCE = 5.0


class StreamRelay(Service):
    """A relay to the TCP server `server`: an object with an address, or its (host, port). A context manager.

    `weather` may be changed while it runs: it holds for the bytes that come from then on. Where the streams are cut
    depends on `seed` and on the order in which the clients connect. `log` gets a line for each that comes or goes.
    `trace` learns which two connections are one.
    """

    what = "stream relay"
    client = "chatlab.tcp.client"

    def __init__(  # options, each with a default
        self,
        server: HasAddress | tuple[str, int],
        *,
        weather: StreamWeather = FAIR,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        log: Callable[[str], None] = lambda line: None,
        trace: Recorder | None = None,
    ) -> None:
        super().__init__(host, port, log)
        self.server_address = host_and_port(server)
        self.weather = weather
        self.seed = seed
        self.trace = trace
        self._clients = 0  # so far
        self._connections: set[Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<stream relay, {self.state}>"

    def meet(self, trouble: Trouble) -> None:
        """Let this happen to all connections, now; NONE ends a stall. Any thread may call it."""
        with contextlib.suppress(RuntimeError):  # its loop is closed, and there are none
            if self._loop:
                self._loop.call_soon_threadsafe(self._meet, trouble)

    def _open(self) -> dict[str, Callable[[], None]]:
        self._family, self._server = resolve(*self.server_address, socket.SOCK_STREAM)
        self._listener = self._resources.enter_context(listen(self._host, self._port))
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        # A loop that the main thread makes takes Windows' signals, and only that thread could give them back.
        return {"stream-relay": lambda: asyncio.run(self._relay())}

    def _stop(self) -> None:
        """The thread looks every TICK seconds."""

    def _meet(self, trouble: Trouble) -> None:
        for connection in self._connections:
            connection.meet(trouble)

    async def _relay(self) -> None:
        self._loop = asyncio.get_running_loop()
        accepting = await asyncio.start_server(self._take_in, sock=self._listener, backlog=BACKLOG)
        try:
            while self.running:
                await asyncio.sleep(TICK)
        finally:
            accepting.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        client = Side(reader, writer)
        task = asyncio.create_task(self._carry(client, self._clients))
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._has_ended(task, client))

    async def _carry(self, client: Side, number: int) -> None:
        name = f"client {number} from {shown(client.writer.get_extra_info('peername'))}"
        self.log(f"{name}: connected")
        try:
            server = await self._reach_server()
        except (OSError, asyncio.TimeoutError):
            client.reset()
            self.log(f"{name}: nobody answers at {shown(self.server_address)}: is the server running there?")
            return
        if self.trace:
            ours, theirs = (side.writer.get_extra_info for side in (server, client))
            self.trace.relay(theirs("peername"), theirs("sockname"), ours("sockname"), ours("peername"))
        streams = (Stream(self.seed, number, "to the server"), Stream(self.seed, number, "to the client"))
        connection = Connection((client, server), streams, lambda: self.weather)
        self._connections.add(connection)
        try:
            end = await connection.carry()
        finally:
            self._connections.discard(connection)
        self.log(f"{name}: {end}")

    async def _reach_server(self) -> Side:
        """Raises OSError and TimeoutError. Cancelled at any moment, it leaves no connection open."""
        sock = socket.socket(self._family, socket.SOCK_STREAM)
        sock.setblocking(False)
        connecting = asyncio.create_task(asyncio.get_running_loop().sock_connect(sock, self._server))
        try:
            # Before Python 3.12 wait_for may swallow a cancellation, and the relay would never close.
            await asyncio.wait([connecting], timeout=PATIENCE)
            if not connecting.done():
                raise asyncio.TimeoutError
            connecting.result()
            return Side(*await asyncio.open_connection(sock=sock))
        except BaseException:
            connecting.cancel()
            await asyncio.wait([connecting])
            sock.close()
            raise

    def _has_ended(self, task: asyncio.Task[None], client: Side) -> None:
        client.close()  # who is cancelled before the first step has closed nothing
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._fail(error)
