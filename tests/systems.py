"""Tests that do not run on Windows, each with its reason. `.ci/windows` counts both kinds, and takes few of Wine's."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    import ctypes

    ON_WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
else:
    ON_WINE = False
WINE, WINDOWS = "Wine: ", "Windows: "


def wine_differs(reason: str) -> pytest.MarkDecorator:
    """The test would pass on Windows; under Wine it does not, for `reason`."""
    return pytest.mark.skipif(ON_WINE, reason=WINE + reason)


def not_on_windows(reason: str) -> pytest.MarkDecorator:
    """The test is about something that Windows does not have: `reason`."""
    return pytest.mark.skipif(sys.platform == "win32", reason=WINDOWS + reason)
