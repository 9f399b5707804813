"""The TCP room as one would write it first, for comparison: a thread a client, and a `sendall` a line and reader.

It checks nothing and bounds nothing, and a client that does not read stops everybody.
Run it by `python -m chatlab.bench.rivals.naive PORT`.
"""

from __future__ import annotations

import socket
import sys
import threading

_readers: dict[socket.socket, str] = {}
_lock = threading.Lock()


def main(port: int) -> None:
    """Serve until killed."""
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    with connection, connection.makefile("r", encoding="utf-8", errors="replace") as lines:
        connection.sendall(b"NICK\n")
        nickname = lines.readline().strip()
        connection.sendall(b"Connected to the server!\n")
        with _lock:
            _readers[connection] = nickname
        _tell_others(connection, f"{nickname} joined the chat\n")
        try:
            for line in lines:
                _tell_others(connection, f"{nickname}: {line}")
        except OSError:
            pass
        with _lock:
            del _readers[connection]
        _tell_others(connection, f"{nickname} left the chat!\n")


def _tell_others(speaker: socket.socket, line: str) -> None:
    with _lock:
        for reader in _readers:
            if reader is not speaker:
                try:
                    reader.sendall(line.encode())
                except OSError:  # its own thread will notice
                    continue


if __name__ == "__main__":
    main(int(sys.argv[1]))
