from __future__ import annotations

import socket
import sys
import time

from chatlab.grading.attempt.process_state import ProcessState


def test_what_was_changed_for_all_is_put_back() -> None:
    before = (time.monotonic, socket.socket.sendto, socket.getdefaulttimeout(), sys.getrecursionlimit())
    state = ProcessState()
    try:
        setattr(time, "monotonic", None)  # noqa: B010 - as a learner does it, whatever the types say
        setattr(socket.socket, "sendto", None)  # noqa: B010
        socket.setdefaulttimeout(0.01)
        sys.setrecursionlimit(500)
    finally:
        state.restore()
    assert (time.monotonic, socket.socket.sendto, socket.getdefaulttimeout(), sys.getrecursionlimit()) == before
