"""pytest with limits that the system holds it to, and its children: `python -m chatlab.grading.contained …`.

Where it is a grading (chatlab.grading.whole_end), it ends as soon as whoever has started it.

Linux and macOS have the limits. Windows does not, nor is there a limit for the number of processes: it would count all
of the user's. See setrlimit(2).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import pytest

from chatlab.grading.whole_end import MARK, end_with_parent

if sys.platform != "win32":
    import resource

MOST_MEMORY = 4 * 1024**3  # bytes of address space of each process; a thread's stack takes 8 MiB of it
MOST_WRITTEN = 100 * 1024**2  # bytes of one file

if __name__ == "__main__":
    if sys.platform != "win32":
        for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_FSIZE, MOST_WRITTEN)):
            _, hard = resource.getrlimit(kind)
            with suppress(ValueError, OSError):  # macOS has no limit of address space
                resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    if mark := os.environ.get(MARK):
        end_with_parent(mark)
    sys.exit(pytest.main())
