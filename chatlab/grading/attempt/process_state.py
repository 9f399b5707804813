"""What a learner's code may change for its whole process, and what is put back when its check is over.

Each exercise is to be graded as if it were alone: a default time-out, a recursion limit or another `time.monotonic`
that one of them leaves behind would fail the next.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import queue
import random
import socket
import sys
import threading
import time
from pathlib import Path

PLACES = (builtins, json, os, queue, queue.Queue, random, socket, socket.socket, threading, threading.Thread, time)


class ProcessState:
    """The process as it is now. `restore` makes it so again."""

    def __init__(self) -> None:
        self._names = [dict(vars(place)) for place in PLACES]
        self._timeout = socket.getdefaulttimeout()
        self._depth = sys.getrecursionlimit()
        self._hook = sys.excepthook  # without one, no thread can be made
        self._folder = Path.cwd()

    def restore(self) -> None:
        for place, names in zip(PLACES, self._names, strict=True):
            for name, value in names.items():
                if vars(place).get(name) is not value:
                    setattr(place, name, value)
            if isinstance(place, type):
                for name in vars(place).keys() - names.keys():  # in place of one that it has inherited
                    delattr(place, name)
        socket.setdefaulttimeout(self._timeout)
        sys.setrecursionlimit(self._depth)
        sys.excepthook = self._hook
        with contextlib.suppress(OSError):  # it may have been removed
            os.chdir(self._folder)
