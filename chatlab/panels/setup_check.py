"""Is everything here that the course needs? A table of what was found, and what to do about what is missing.

On a machine where all is well the table is always the same: it says that something is there, and names a version or an
error only where that is the problem. Needs nothing but the standard library.
"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import metadata

from chatlab.udp.protocol import CLIENT_PORTS

PYTHON = (3, 10)
# The lowest versions that pyproject.toml and requirements.txt allow.
PACKAGES = {
    "jupyterlab": "4.2",
    "ipywidgets": "8.1",
    "anywidget": "0.9.13",
    "pytest": "8.2",
    "nbval": "0.11",
    "prompt_toolkit": "3.0.40",
    "dpkt": "1.9.8",
}
FOUND = "yes"


@dataclass(frozen=True, slots=True)
class Finding:
    """`found` is FOUND, or says what is wrong; then `to_do` says what to do about it."""

    what: str
    found: str
    to_do: str

    @property
    def ok(self) -> bool:
        return self.found == FOUND


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """The findings. A notebook shows them as a table."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.ok for finding in self.findings)

    @property
    def summary(self) -> str:
        if self.ok:
            return "Everything is here."
        return "Something is missing: see the last column. Then restart the kernel and run this cell again."

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        yield "what", "found", "what to do"
        for finding in self.findings:
            yield finding.what, finding.found, "" if finding.ok else finding.to_do

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in list(zip(*self._rows(), strict=True))[:2]]
        lines = [f"{what:{widths[0]}}  {found:{widths[1]}}  {to_do}".rstrip() for what, found, to_do in self._rows()]
        return "\n".join([*lines, self.summary])

    def _repr_html_(self) -> str:
        head, *body = (
            "".join(f'<td style="text-align: left">{escape(cell)}</td>' for cell in row) for row in self._rows()
        )
        rows = "".join(f"<tr>{row}</tr>" for row in body)
        head = head.replace("<td", "<th").replace("</td", "</th")
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{escape(self.summary)}</p>"


def check_setup() -> SetupCheck:
    """Look at Python, the packages, the loopback and the clients' ports."""
    return SetupCheck((_python(), *map(_package, PACKAGES), _loopback(), _free_port()))


def _python() -> Finding:
    wanted = ".".join(map(str, PYTHON))
    found = FOUND if sys.version_info >= PYTHON else ".".join(map(str, sys.version_info[:3]))
    return Finding(f"Python {wanted} or newer", found, f"install Python {wanted} or newer from python.org")


def _package(name: str) -> Finding:
    lowest = PACKAGES[name]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        found = "no"
    else:
        found = FOUND if _release(version) >= _release(lowest) else version
    return Finding(f"{name} {lowest} or newer", found, "in the project's folder: pip install -r requirements.txt")


def _release(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _loopback() -> Finding:
    """One datagram from this machine to itself."""
    found = FOUND
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        ):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(2)
            sender.sendto(b"round", receiver.getsockname())
            receiver.recv(16)
    except OSError as problem:
        found = f"no: {problem}"
    return Finding("a datagram gets from this machine to itself", found, "let Python through this machine's firewall")


def _free_port() -> Finding:
    ports = f"{CLIENT_PORTS.start} to {CLIENT_PORTS.stop - 1}"
    found = FOUND if any(map(_is_free, CLIENT_PORTS)) else "no"
    return Finding(f"a free UDP port from {ports}", found, "close the programs that use these ports")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
