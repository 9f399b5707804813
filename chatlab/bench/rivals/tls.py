"""The TCP room over TLS, with a certificate that it makes for itself, to compare with the room without.

`python -m chatlab.bench.rivals.tls PORT CLIENTS MODEL`; ends when it is told to stop. Wants the package trustme.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import trustme

from chatlab.tcp.server import main as serve


def main(port: str, clients: str, model: str) -> int:
    """Serve until told to stop. Returns the program's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "room.pem"))
        trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(file)
        limits = ("--rate-limit=0", f"--max-members={clients}")
        return serve(["--tls", file, file, f"--port={port}", f"--model={model}", *limits])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
