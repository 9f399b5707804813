"""What the kernel keeps of a talk: as much as it gives us, for both ends."""

from __future__ import annotations

import socket

from chatlab.udp.protocol import MAX_DATAGRAM

# A burst waits in the kernel's buffer, of so many bytes.
RECEIVE_BUFFER = 4 * 1024 * 1024


def enlarge_buffers(sock: socket.socket) -> None:
    """Room in the kernel for a burst that comes in, and for the largest datagram that goes out.

    Linux gives what its limit allows; others raise ENOBUFS if asked for more. On macOS a datagram that is sent has
    9,216 bytes at most, unless there is room for more.
    """
    for option, size in ((socket.SO_RCVBUF, RECEIVE_BUFFER), (socket.SO_SNDBUF, MAX_DATAGRAM)):
        while sock.getsockopt(socket.SOL_SOCKET, option) < size:
            try:
                sock.setsockopt(socket.SOL_SOCKET, option, size)
            except OSError:
                size //= 2  # noqa: PLW2901
            else:
                break
