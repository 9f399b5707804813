"""The UDP room with a trace attached, to compare with the room that nobody watches.

`python -m chatlab.bench.rivals.traced PORT CLIENTS`; ends when it is killed.
"""

from __future__ import annotations

import sys
import threading

from chatlab.trace import Trace
from chatlab.udp.limits import Limits
from chatlab.udp.server import UdpServer


def main(port: int, clients: int) -> None:
    """Serve until killed."""
    limits = Limits(rate_limit=0, max_members=clients, idle_limit=86_400)
    with UdpServer(port=port, limits=limits, trace=Trace()):
        threading.Event().wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
