"""No room at all: a bare loop of `send` over its clients, to compare with what Python can send at the most.

It lets in exactly CLIENTS clients, then passes on what the first one says to the others, by TCP, or to all, by UDP.
`python -m chatlab.bench.rivals.bare tcp PORT CLIENTS`; ends with its first client, or when it is killed.
"""

from __future__ import annotations

import socket
import sys

_LARGEST = 65_536


def serve_tcp(port: int, clients: int) -> None:
    """Pass on what the first of `clients` connections sends."""
    connections = []
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        for _ in range(clients):
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(_LARGEST)  # the nickname
            connection.sendall(b"NICK\nConnected to the server!\n")
            connections.append(connection)
    speaker, *readers = connections
    while line := speaker.recv(_LARGEST):
        for reader in readers:
            reader.send(line)


def serve_udp(port: int, clients: int) -> None:
    """Pass on what any of `clients` addresses sends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind(("127.0.0.1", port))
        addresses: dict[tuple[str, int], None] = {}
        while len(addresses) < clients:
            request, address = sock.recvfrom(_LARGEST)
            addresses[address] = None
            sock.sendto(request.removeprefix(b"SIGNUP_TAG:") + b" joined!", address)
        while True:
            datagram = sock.recv(_LARGEST)
            for address in addresses:
                sock.sendto(datagram, address)


if __name__ == "__main__":
    _, _protocol, _port, _clients = sys.argv
    (serve_tcp if _protocol == "tcp" else serve_udp)(int(_port), int(_clients))
