"""Is everything here that the course needs? A table of what was found, and what to do about what is missing.

On a machine where all is well the table is always the same: it says that something is there, and names a version or an
error only where that is the problem. It runs wherever Python does, whatever is missing.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import metadata
from typing import TYPE_CHECKING

from chatlab.udp.protocol import CLIENT_PORTS

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PYTHON = (3, 10)
# The extras of pyproject.toml that requirements.txt installs.
EXTRAS = ("terminal", "notebooks", "grading", "trace", "web", "tls", "cluster")
INSTALL = "in the project's folder: pip install -r requirements.txt"
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
    return SetupCheck((_python(), *_packages(), _loopback(), _free_port()))


def _python() -> Finding:
    wanted = ".".join(map(str, PYTHON))
    found = FOUND if sys.version_info >= PYTHON else ".".join(map(str, sys.version_info[:3]))
    return Finding(f"Python {wanted} or newer", found, f"install Python {wanted} or newer from python.org")


def _packages() -> list[Finding]:
    """A finding for each package that does not fit, or one for all if they all fit: the table is the same on each
    Python, and not each Python needs the same packages."""
    try:
        # jupyterlab and pytest need it as well, but this is where a learner is told that they are missing.
        from packaging.requirements import Requirement  # noqa: PLC0415

        declared = [Requirement(line) for line in metadata.requires("chatlab") or []]
    except ImportError as error:  # which metadata's PackageNotFoundError is as well
        return [Finding(f"the package {error.name}", "no", INSTALL)]
    wanted = [each for each in declared if not each.marker or any(each.marker.evaluate({"extra": x}) for x in EXTRAS)]
    wrong = [finding for finding in map(_package, wanted) if not finding.ok]
    return wrong or [Finding("the packages that the course uses", FOUND, INSTALL)]


def _package(wanted: Requirement) -> Finding:
    bounds = sorted(map(str, wanted.specifier), reverse=True)
    what = f"{wanted.name} {', '.join(bounds)}"
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return Finding(what, "no", INSTALL)
    return Finding(what, FOUND if wanted.specifier.contains(version, prereleases=True) else version, INSTALL)


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
