"""How many bytes fit into a pair of buffers: measured by filling them, since each system counts in its own way."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chatlab.tcp.sockets import prepare_for_chat

LINE = b"x" * 99 + b"\n"
MOST = 1 << 26  # bytes; Windows' send buffer takes whatever it is given
MOMENT = 0.03  # seconds, for the receiver's system to take over what it has room for
TIMES = 3  # that there was no room
PATIENCE = 2.0  # seconds
ALL = 1 << 20


@contextmanager
def connected(send_buffer: int, receive_buffer: int) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sender, which does not block, and a receiver. The buffers' sizes as for SO_SNDBUF and SO_RCVBUF (socket(7)); 0
    leaves them to the system.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        receiver = stack.enter_context(socket.socket())
        if send_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        if receive_buffer:
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        receiver.settimeout(PATIENCE)
        receiver.connect(listener.getsockname())
        sender = stack.enter_context(listener.accept()[0])
        prepare_for_chat(sender)
        sender.setblocking(False)
        yield sender, receiver


def measure(send_buffer: int, receive_buffer: int) -> tuple[int, int]:
    """Bytes of lines that wait in the sender's and in the receiver's system before `send` would have to wait."""
    with connected(send_buffer, receive_buffer) as (sender, receiver):
        taken = refused = 0
        while taken < MOST and refused < TIMES:
            try:
                taken += sender.send(LINE)
                refused = 0
            except BlockingIOError:
                refused += 1
                time.sleep(MOMENT)
        arrived = len(receiver.recv(ALL, socket.MSG_PEEK))
    return taken - arrived, arrived
