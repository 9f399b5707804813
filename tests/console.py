"""Which tests do not run on Windows, each with its reason. `.ci/windows` counts them, and takes few of the first kind.

Windows lets a test press Ctrl-Break alone in another program, and Wine no key at all. A console calls a program's
handler in a thread that it adds to the program; this adds one as well, which raises the signals whose numbers come from
PORT of this machine, a byte each.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
import threading

import __main__


def press_what_comes(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as keys:
        while key := keys.recv(1):
            signal.raise_signal(key[0])


if __name__ == "__main__":
    _, port, option, *sys.argv = sys.argv
    sys.path[0] = os.getcwd()  # noqa: PTH109
    threading.Thread(target=press_what_comes, args=(int(port),), daemon=True).start()
    if option == "-m":
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        code, sys.argv[0] = sys.argv[0], "-c"
        exec(code, __main__.__dict__)
