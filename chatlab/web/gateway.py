"""The gateway: a web page by which a browser, a phone's too, comes into any TCP room that speaks the protocol.

    a browser  <- WebSocket (RFC 6455): one message, one line ->  the gateway  <- a TCP connection each ->  the room

The page speaks the room's protocol itself; the gateway passes lines on (`chatlab.web.session`), and keeps out what no
page of its own sends (`chatlab.web.page_answers`).
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from chatlab.room.addresses import shown
from chatlab.service.interfaces import HasAddress
from chatlab.service.resolve import host_and_port, resolve
from chatlab.service.service import Service
from chatlab.tcp.protocol import MAX_LINE
from chatlab.tcp.sockets import BACKLOG, listen
from chatlab.web.page_answers import answer
from chatlab.web.qr_code import qr_code
from chatlab.web.session import RoomSide, run_session

MOST_BROWSERS = 200
# Messages of a browser that may wait for a room which reads no faster; then the gateway reads no more of it.
WAITING = 8
# How often the gateway looks whether it is to close, in seconds.
TICK = 0.05
# What websockets would log: that a stranger has gone, or speaks something else.
_SILENT = logging.Logger("chatlab.web", logging.CRITICAL + 1)


class WebGateway(Service):
    """A web page for the TCP room `room`: an object with an address, or its (host, port). A context manager.

    `host`, `port`: where browsers find the page. `log` gets a line for each that comes or goes. `tls`: the room speaks
    TLS (`chatlab.tcp.tls.context.client_context` makes one); what the browsers speak is another matter.
    """

    what = "web page"

    def __init__(
        self,
        room: HasAddress | tuple[str, int],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        log: Callable[[str], None] = lambda line: None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host, port, log)
        self.room_address = host_and_port(room)
        self._tls = tls
        self.browsers = 0  # how many are connected

    @property
    def url(self) -> str:
        """What to open in a browser."""
        return f"http://{shown(self.address)}/"

    @property
    def join_command(self) -> str:
        return f"open {self.url} in a browser"

    def __repr__(self) -> str:
        return f"<web page, {self.state}, {self.browsers} browsers>"

    def _open(self) -> dict[str, Callable[[], None]]:
        _, address = resolve(*self.room_address, socket.SOCK_STREAM)
        self._room = RoomSide(self.room_address, address, self._tls)
        self._listener = self._resources.enter_context(listen(self._host, self._port))
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        return {"web-gateway": lambda: asyncio.run(self._run())}

    def _stop(self) -> None:
        """The thread looks every TICK seconds."""

    async def _run(self) -> None:
        if not ipaddress.ip_address(self.address[0]).is_loopback:
            self.log(qr_code(self.url))
        async with serve(
            self._carry,
            sock=self._listener,
            backlog=BACKLOG,
            process_request=self._answer,
            max_size=MAX_LINE - 1,  # and its newline
            max_queue=WAITING,
            compression=None,
            server_header=None,
            logger=_SILENT,
        ):
            while self.running:
                await asyncio.sleep(TICK)

    def _answer(self, _connection: ServerConnection, request: Request) -> Response | None:
        return answer(request, is_full=self.browsers >= MOST_BROWSERS)

    async def _carry(self, browser: ServerConnection) -> None:
        self.browsers += 1
        name = f"browser at {shown(browser.remote_address)}"
        self.log(f"{name}: connected")
        try:
            await run_session(browser, self._room, self.log)
        except (OSError, ConnectionClosed):  # one of the two is lost
            pass
        except Exception as error:  # noqa: BLE001  # websockets would only log it
            self._fail(error)
        finally:
            self.browsers -= 1
            self.log(f"{name}: gone")
