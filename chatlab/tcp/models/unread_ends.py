"""How a connection has ended that is not being read: each system tells it in its own way.

A room does not read from a member that says too much, and is to learn of its end all the same.
"""

from __future__ import annotations

import socket
import sys


def is_reset(sock: socket.socket) -> bool:
    """Whether the other side has reset the connection (SO_ERROR in socket(7))."""
    if sys.platform == "win32":  # there, only a call that reads or writes learns it
        try:
            sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, TimeoutError):
            return False
        except OSError:
            return True
        return False
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def has_ended(sock: socket.socket) -> bool:
    """Whether the end of the other side's stream has arrived, behind whatever has not been read yet.

    False where the system does not tell (Windows before 10, version 1703): then one has to read up to the end.
    """
    if sys.platform == "win32":
        return _windows_tcp_state(sock) == 7  # TCPSTATE_CLOSE_WAIT (mstcpip.h)
    if sys.platform == "linux":
        option, close_wait = socket.TCP_INFO, 8  # the first byte of struct tcp_info is the state (linux/tcp.h)
    elif sys.platform == "darwin":
        option, close_wait = 0x106, 5  # TCP_CONNECTION_INFO; tcpi_state (netinet/tcp.h, netinet/tcp_fsm.h)
    else:
        return False
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, option, 1)[0] == close_wait
    except OSError:
        return False


if sys.platform == "win32":
    import ctypes

    def _windows_tcp_state(sock: socket.socket) -> int:
        """The state of the connection, by SIO_TCP_INFO (mstcpip.h); -1 if this Windows does not tell."""
        version, size, answer = ctypes.c_uint32(0), ctypes.c_uint32(), ctypes.create_string_buffer(256)
        failed = ctypes.WinDLL("ws2_32").WSAIoctl(
            *(ctypes.c_size_t(sock.fileno()), ctypes.c_uint32(0xD8000027)),
            *(ctypes.byref(version), ctypes.sizeof(version), answer, ctypes.sizeof(answer), ctypes.byref(size)),
            *(None, None),
        )
        return -1 if failed else int.from_bytes(answer.raw[:4], sys.byteorder)  # the first field of TCP_INFO_v0
