"""Who may import whom, read from the source: from the ground up, and what is pure stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatlab

ROOT = Path(chatlab.__file__).parent
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in sorted(ROOT.rglob("*.py"))}

# From the ground up, by folder: a module imports from its own level and from those below.
LEVELS = (
    ("__init__",),
    ("room",),
    ("service",),
    ("terminal",),
    ("udp", "tcp"),
    ("weather",),
    ("trace",),
    ("bench", "conformance", "grading", "panels"),
    ("own",),
    ("__main__",),
)
PURE = (
    *("room.addresses", "room.errors", "room.events", "room.text", "room.rate_limit", "room.nicknames", "room.room"),
    *("udp.protocol", "udp.limits", "udp.address_cookie", "udp.batch", "udp.chat", "udp.member"),
    *("udp.reliable.stop_and_wait", "udp.reliable.frames", "udp.reliable.session"),
    *("udp.reliable.chat", "udp.reliable.member"),
    *("weather.fate", "weather.in_flight", "weather.relayed"),
    *("tcp.framing", "tcp.protocol", "tcp.limits", "tcp.outbox", "tcp.chat", "tcp.member"),
)
IMPURE = {"asyncio", "queue", "select", "selectors", "signal", "socket", "ssl", "subprocess", "threading", "time"}
# Modules below the panels and the grading that use a package, none of which is needed to run a room.
USE_A_PACKAGE = {"terminal.keyboard": "prompt_toolkit", "trace.picture.capture": "dpkt"}


def imported(module: str) -> Iterator[str]:
    """The modules that `module` imports when it runs, chatlab's own without their `chatlab.` in front."""
    for node in run_time_nodes(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by a relative name"
            found = [node.module or ""]
            if node.module:
                found += [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            own = name.removeprefix("chatlab.")
            if own == name:
                yield name
            elif own in MODULES:
                yield own
            elif f"{own}.__init__" in MODULES:
                yield f"{own}.__init__"


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything in `node` but for what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from run_time_nodes(child)


def level(module: str) -> int:
    return next(number for number, folders in enumerate(LEVELS) if module.partition(".")[0] in folders)


def is_pure(module: str) -> bool:
    """Whether it has to be, or says so in the first paragraph of its docstring."""
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8"))) or ""
    return module in PURE or ". Pure" in docstring.split("\n\n")[0]


def test_modules_import_from_their_own_level_or_below() -> None:
    assert [(m, name) for m in MODULES for name in imported(m) if name in MODULES and level(name) > level(m)] == []


def test_the_two_rooms_do_not_know_each_other() -> None:
    rooms = {"udp", "tcp"}
    assert [
        (module, name)
        for module in MODULES
        for name in imported(module)
        if {module.partition(".")[0], name.partition(".")[0]} == rooms
    ] == []


def test_what_is_pure_imports_no_socket_thread_or_clock_and_only_what_is_pure() -> None:
    pure = [module for module in MODULES if is_pure(module)]
    assert set(PURE) <= set(pure)
    assert [(m, name) for m in pure for name in imported(m) if name.partition(".")[0] in IMPURE] == []
    assert [(m, name) for m in PURE for name in imported(m) if name in MODULES and not is_pure(name)] == []


def test_below_panels_and_grading_only_the_standard_library_is_imported() -> None:
    for module in MODULES:
        if module.partition(".")[0] not in ("panels", "grading"):
            packages = {name.partition(".")[0] for name in imported(module) if name not in MODULES} - {"chatlab"}
            assert packages - sys.stdlib_module_names <= {USE_A_PACKAGE.get(module, "")}, module


@pytest.mark.parametrize(("room", "other"), [("udp", "tcp"), ("tcp", "udp")])
@pytest.mark.parametrize("program", ["server", "client"])
def test_a_program_loads_chatlab_and_the_standard_library_alone(room: str, other: str, program: str) -> None:
    module = f"chatlab.{room}.{program}"
    show_new = f"import sys; before = set(sys.modules); import {module}; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", show_new], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - sys.stdlib_module_names == {"chatlab"}
    assert {name.partition(".")[2].partition(".")[0] for name in loaded}.isdisjoint(
        {other, "trace", "panels", "grading", "bench", "conformance"}
    )
