"""pytest with limits that the system holds it to, and its children: `python -m chatlab.grading.contained …`.

Linux and macOS have them. Windows does not, nor is there a limit for the number of processes: it would count all of the
user's. See setrlimit(2).
"""

from __future__ import annotations

import sys
from contextlib import suppress

import pytest

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
    sys.exit(pytest.main())
