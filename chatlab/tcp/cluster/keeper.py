"""Keeps a broker as long as its parent lives: `python -m chatlab.tcp.cluster.keeper PORT`; port 0: any that is free.

The parent holds a pipe to this process. When it ends, in whatever way, the system closes the pipe, and the broker ends
too, on each system. On its standard output stands the broker's port, once it is open.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading

_OPEN_AT = re.compile(r"Listening for client connections on .*:(\d+)$")


def main(program: str, port: str, *options: str) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        arguments = [program, "--addr", "127.0.0.1", "--port", "-1" if port == "0" else port]
        broker = subprocess.Popen(
            [*arguments, "--jetstream", "--store_dir", folder, *options],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        talking = threading.Thread(target=_tell_port, args=(broker,))
        talking.start()
        sys.stdin.read()
        broker.kill()
        broker.wait()
        talking.join()


def _tell_port(broker: subprocess.Popen[str]) -> None:
    """And read on, or a full pipe would hold up the broker."""
    assert broker.stderr
    found = ""
    for line in broker.stderr:
        if opened := _OPEN_AT.search(line.rstrip()):
            found = opened[1]
        if line.rstrip().endswith("Server is ready"):
            print(found, flush=True)
    sys.stdout.close()  # the broker has ended


if __name__ == "__main__":
    main(*sys.argv[1:])
