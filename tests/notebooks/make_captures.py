"""Makes notebooks/captures/ anew: `sudo python -m tests.notebooks.make_captures`, on Linux with tcpdump and iptables.

Each capture is what really crossed the loopback while a short talk took place in our own room. tcpdump takes it from
the kernel, so it has what no socket shows: the segments of the handshake, the acknowledgements, the ends.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chatlab.tcp.server import TcpServer

FOLDER = Path(__file__).parents[2] / "notebooks" / "captures"
LIMIT = 10.0
Talk = Callable[[TcpServer], None]


@contextmanager
def captured(port: int, file: Path) -> Iterator[subprocess.Popen[str]]:
    """tcpdump, from when it listens until the capture is written."""
    command = ["tcpdump", "-i", "lo", "-U", "-Z", "root", "-w", str(file), f"tcp port {port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tcpdump:
        assert tcpdump.stderr
        for line in tcpdump.stderr:
            if "listening on" in line:
                break
        yield tcpdump
        threading.Event().wait(1)  # the kernel hands packets over by the second at the latest
        tcpdump.terminate()
        report = tcpdump.stderr.read()
        assert re.search(r"^0 packets dropped by kernel", report, re.MULTILINE), report


def joined(room: TcpServer, nickname: str, trusting: ssl.SSLContext | None = None) -> socket.socket:
    """A connection whose member is in the room; over TLS, if it is `trusting` somebody."""
    sock = socket.create_connection(room.address[:2], LIMIT)
    if trusting:
        sock = trusting.wrap_socket(sock, server_hostname="localhost")
    lines = sock.makefile("rb")
    assert lines.readline() == b"NICK\n"
    sock.sendall(nickname.encode() + b"\n")
    assert lines.readline() == b"Connected to the server!\n"
    lines.close()
    return sock


def read_line(sock: socket.socket, line: bytes) -> None:
    with sock.makefile("rb", buffering=0) as lines:
        assert lines.readline() == line


def read_to_the_end(sock: socket.socket) -> None:
    while sock.recv(4096):
        pass


def a_connection(room: TcpServer) -> None:
    """A handshake, a nickname, a text, and an orderly goodbye."""
    with joined(room, "ada") as ada:
        ada.sendall(b"hello\n")
        ada.shutdown(socket.SHUT_WR)
        read_to_the_end(ada)


def a_tls_connection(room: TcpServer) -> None:
    """The talk of a_connection, in a room that speaks TLS."""
    import trustme  # noqa: PLC0415  # Wine does not load what it wants

    host, port = room.address[:2]
    room.close()
    authority, tls, trusting = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(tls)
    authority.configure_trust(trusting)
    tls.num_tickets = 0
    with TcpServer(host, port, tls=tls) as secret, joined(secret, "ada", trusting) as ada:
        ada.sendall(b"hello\n")
        assert isinstance(ada, ssl.SSLSocket)
        with ada.unwrap() as sock:
            sock.shutdown(socket.SHUT_WR)
            read_to_the_end(sock)


def a_reset(room: TcpServer) -> None:
    with joined(room, "ada") as ada:
        ada.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def a_half_close(room: TcpServer) -> None:
    """Ada says no more, and hears the answer to all of it: to a bare server, as a room takes an end for a goodbye."""
    host, port = room.address[:2]
    room.close()
    with socket.create_server((host, port)) as listener:
        with socket.create_connection((host, port), LIMIT) as ada, listener.accept()[0] as server:
            for line in (b"two eggs\n", b"a pound of flour\n"):
                ada.sendall(line)
                assert server.recv(100) == line
            ada.shutdown(socket.SHUT_WR)
            assert server.recv(100) == b""
            for line in (b"that makes 3 coins\n", b"and a cake\n"):
                server.sendall(line)
                assert ada.recv(100) == line
            server.shutdown(socket.SHUT_WR)
            assert ada.recv(100) == b""


def nobody_listens(room: TcpServer) -> None:
    address = room.address[:2]
    room.close()
    with socket.socket() as ada:
        assert ada.connect_ex(address) != 0


def a_pulled_plug(room: TcpServer) -> None:
    """From a moment on the network drops all that goes to Ada; what the room says is sent again and again."""
    with joined(room, "bob") as bob, joined(room, "ada") as ada:
        read_line(bob, b"ada joined the chat\n")
        rule = ["-p", "tcp", "--dport", str(ada.getsockname()[1]), "-j", "DROP"]
        subprocess.run(["iptables", "-A", "INPUT", *rule], check=True)
        try:
            threading.Event().wait(0.2)  # while the rule comes into force, other packets can be dropped, too
            bob.sendall(b"are you there, Ada?\n")
            threading.Event().wait(4)
        finally:
            subprocess.run(["iptables", "-D", "INPUT", *rule], check=True)
        read_line(ada, b"bob: are you there, Ada?\n")
        for member in (ada, bob):
            member.shutdown(socket.SHUT_WR)
            read_to_the_end(member)


TALKS: dict[str, Talk] = {
    talk.__name__: talk
    for talk in (a_connection, a_tls_connection, a_reset, a_half_close, nobody_listens, a_pulled_plug)
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or TALKS:
        with TcpServer(port=0) as room, captured(room.address[1], FOLDER / f"{name}.pcap"):
            TALKS[name](room)
        print(FOLDER / f"{name}.pcap")


if __name__ == "__main__":
    main()
