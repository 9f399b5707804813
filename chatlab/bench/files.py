"""Sockets need file descriptors, and systems limit how many a process has."""

from __future__ import annotations

import sys

from chatlab.room.errors import TooFewFiles

if sys.platform != "win32":
    import resource

# What a process has open besides its sockets.
SPARE = 64
# Windows hands out 16,384 ports (netsh int ipv4 show dynamicport tcp), and keeps each for minutes after its connection.
MOST_ON_WINDOWS = 1000


def allow_files(sockets: int) -> None:
    """Allow this process, and those that it starts, this many sockets (setrlimit(2)). Raises TooFewFiles.

    Windows has no such limit.
    """
    if sys.platform == "win32":
        return
    wanted = sockets + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError) as error:
        raise TooFewFiles(
            f"{sockets:,} sockets need {wanted:,} file descriptors, and this system allows {soft:,}: "
            f"raise its limit (ulimit -n), or run with fewer clients (--clients)"
        ) from error


def allowed_sockets(wanted: int) -> int:
    """Allow this process `wanted` sockets, or as many as the system lets it have. Returns how many these are."""
    if sys.platform == "win32":
        return min(wanted, MOST_ON_WINDOWS)
    try:
        allow_files(wanted)
    except TooFewFiles:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        allow_files(hard - SPARE)
        return hard - SPARE
    return wanted
