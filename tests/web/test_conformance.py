"""The TCP room's conformance cases, played by browsers: through the gateway, and TLS, to a room."""

from __future__ import annotations

import socket
from dataclasses import replace
from functools import partial

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Origin
from websockets.uri import parse_uri

from chatlab.conformance.tcp import SUITE
from chatlab.conformance.tcp.scene import TcpScene
from chatlab.tcp.server import TcpServer
from chatlab.web.gateway import WebGateway
from tests.tcp.tls.contexts import serving, trusting
from tests.waiting import no_thread_is_left

__all__ = ["no_thread_is_left"]


# What is so for who writes to the room's socket itself.
OTHERWISE = {
    "carriage returns are dropped": "the gateway makes blanks of them, since a message is one line",
    "control characters are removed": "the same",
    "a longer line is the end": "the gateway ends it, with the code that WebSocket has for that",
    "a line without end is the end": "a message has an end",
    "other protocols are hung up on": "who speaks WebSocket speaks no other protocol",
    "telnet options are declined": "what the room says in bytes is no text, as a browser's messages are",
    "who does not read is dropped": "takes long; how a browser waits that does not read has a test of its own",
}


class Browser:
    """A WebSocket over `sock`, with a stream's face: a message is a line."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        host = "{}:{}".format(*sock.getpeername())
        self._page = ClientProtocol(parse_uri(f"ws://{host}/room"), origin=Origin(f"http://{host}"))
        self._page.send_request(self._page.connect())
        self._flush()
        self._begun = b""  # a line
        self._heard: list[bytes] = []
        while self._page.state is State.CONNECTING:
            self._hear(sock.recv(65_536))

    def settimeout(self, seconds: float | None) -> None:
        self._socket.settimeout(seconds)

    def send(self, data: bytes) -> int:
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines:
            self._page.send_binary(line)
        self._flush()
        return len(data)

    def recv(self, _size: int) -> bytes:
        while not self._heard and self._page.state is State.OPEN:
            self._hear(self._socket.recv(65_536))
        return self._heard.pop(0) if self._heard else b""

    def shutdown(self, _how: int) -> None:
        """A WebSocket ends both ways at once; what was on its way here is heard."""
        self._page.send_close()
        self._flush()
        while self._page.state is not State.CLOSED:
            self._hear(self._socket.recv(65_536))

    def close(self) -> None:
        self._socket.close()

    def _hear(self, data: bytes) -> None:
        if data:
            self._page.receive_data(data)
        else:
            self._page.receive_eof()
        self._flush()
        for event in self._page.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._heard.append(bytes(event.data) + b"\n")

    def _flush(self) -> None:
        for data in self._page.data_to_send():
            if data:
                self._socket.sendall(data)
            else:  # so it says that the stream is to end
                self._socket.shutdown(socket.SHUT_WR)


def test_all_that_the_room_says_to_a_client_it_says_to_a_browser_over_tls() -> None:
    suite = replace(SUITE, scene=partial(TcpScene, secure=Browser))
    cases = [case for case in suite.cases if not case.slow and case.name not in OTHERWISE]
    assert len(cases) + len(OTHERWISE) == len([case for case in suite.cases if not case.slow])
    with TcpServer(port=0, tls=serving()) as room, WebGateway(room, tls=trusting()) as gateway:
        results = list(suite.run(gateway.address, cases))
    assert len(results) == len(cases)
    assert {result.case.name: result.problem for result in results if result.problem} == {}
