"""The UDP room behind a relay of fair weather, to compare with the room alone.

The room is a process of its own, so the CPU time and the memory of this one are the relay's. The room ends when this
one has, in whatever way: its input ends then.
`python -m chatlab.bench.rivals.relayed PORT CLIENTS`; ends when it is told to stop.
"""

from __future__ import annotations

import subprocess
import sys

from chatlab.room.addresses import shown
from chatlab.udp.limits import Limits
from chatlab.udp.server import UdpServer
from chatlab.weather.__main__ import main as relay


def main(port: str, clients: str) -> int:
    """Serve until told to stop. Returns the program's exit code."""
    command = [sys.executable, "-m", "chatlab.bench.rivals.relayed", "room", clients]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as room:
        assert room.stdout
        return relay(["--to", room.stdout.readline().strip(), "--port", port])


def serve_room(clients: int) -> None:
    """Say where the room is, and serve until the input ends."""
    with UdpServer(port=0, limits=Limits(rate_limit=0, max_members=clients, idle_limit=86_400)) as room:
        print(shown(room.address), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1] == "room":
        serve_room(int(sys.argv[2]))
    else:
        sys.exit(main(*sys.argv[1:]))
