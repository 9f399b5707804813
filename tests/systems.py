"""Tests that do not run on Windows, each with its reason. `.ci/windows` counts both kinds, and takes few of Wine's."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    import ctypes

    ON_WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
else:
    ON_WINE = False
# Under Wine each call of the system goes through one other process. What a test gives seconds to takes so many times as
# long there; Linux and Windows are held to the promises as they are.
SLOWER = 5.0 if ON_WINE else 1.0
WINE, NOT_HERE = "Wine: ", "not here: "


def wine_differs(reason: str) -> pytest.MarkDecorator:
    """The test would pass on Windows; under Wine it does not, for `reason`."""
    return pytest.mark.skipif(ON_WINE, reason=WINE + reason)


def not_here(lacks: bool, reason: str) -> pytest.MarkDecorator:
    """The test is about something that this system `lacks`: `reason`."""
    return pytest.mark.skipif(lacks, reason=NOT_HERE + reason)


NO_RESET = "a datagram to a closed port gives no ConnectionResetError"
# Nobody's address (RFC 3849). A UDP socket under Wine gets any of IPv4, but none of IPv6 that the machine has not.
FOREIGN_HOST = "2001:db8::1"
