"""Who may import whom, read from the source: from the ground up, and what is pure stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import chatlab

ROOT = Path(chatlab.__file__).parent
MODULES = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in sorted(ROOT.rglob("*.py"))}

# From the ground up, by folder. A module imports from its own folder, and from the levels below.
LEVELS = (
    {"__init__"},
    {"room"},
    {"service"},
    {"terminal"},
    {"udp", "tcp"},
    {"weather", "web"},
    {"trace"},
    {"bench", "conformance", "panels"},
    {"grading"},
    {"own"},
    {"__main__"},
)
# In one folder.
MOST_MODULES = 14
PURE = (
    *("room.addresses", "room.errors", "room.events", "room.text", "room.rate_limit", "room.nicknames", "room.room"),
    *(
        "udp.protocol",
        "udp.limits",
        "udp.address_cookie",
        "udp.waiting",
        "udp.delivery",
        "udp.leases",
        "udp.leased_room",
        "udp.chat",
        "udp.membership",
        "udp.member",
    ),
    *("udp.reliable.stop_and_wait", "udp.reliable.frames", "udp.reliable.session", "udp.reliable.session_table"),
    *("udp.reliable.entrance", "udp.reliable.chat", "udp.reliable.member"),
    *("weather.fate", "weather.in_flight", "weather.relayed"),
    *(
        "tcp.framing",
        "tcp.protocol",
        "tcp.limits",
        "tcp.delivery",
        "tcp.outbox",
        "tcp.connection_state",
        "tcp.chat",
        "tcp.member",
    ),
    *("tcp.cluster.broker", "tcp.cluster.link", "tcp.cluster.names", "tcp.cluster.room.elsewhere"),
    *("tcp.cluster.room.claims", "tcp.cluster.room.link_end", "tcp.cluster.room.waiting", "tcp.cluster.room.chat"),
)
IMPURE = {"asyncio", "queue", "select", "selectors", "signal", "socket", "ssl", "subprocess", "threading", "time"}
# Modules below the panels and the grading that use a package, none of which is needed to run a room.
USE_A_PACKAGE = {
    "bench.rivals.tls": "trustme",
    "tcp.cluster.broker_end": "nats",
    "tcp.cluster.broker_connection": "nats",
    "tcp.cluster.store": "nats",
    "terminal.keyboard": "prompt_toolkit",
    "trace.picture.capture": "dpkt",
    "trace.captured": "dpkt",
    "web.gateway": "websockets",
    "web.page_answers": "websockets",
    "web.session": "websockets",
    "web.qr_code": "segno",
}


def imported(module: str, *, types: bool = False) -> Iterator[str]:
    """The modules that `module` imports when it runs, or with `types` also for its annotations alone.

    chatlab's own come without their `chatlab.` in front.
    """
    for node in nodes(ast.parse(MODULES[module].read_text(encoding="utf-8")), types):
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


def nodes(node: ast.AST, types: bool) -> Iterator[ast.AST]:
    """Everything in `node`; without `types` all but what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if types or not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from nodes(child, types)


def arrows() -> Iterator[tuple[str, str]]:
    """Each import of a module of chatlab by another, those for annotations among them."""
    for module in MODULES:
        for name in imported(module, types=True):
            if name in MODULES and name != module:
                yield module, name


def folder(module: str) -> str:
    return module.partition(".")[0]


def level(module: str) -> int:
    return next(number for number, folders in enumerate(LEVELS) if folder(module) in folders)


def is_pure(module: str) -> bool:
    """Whether it has to be, or says so in the first paragraph of its docstring."""
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8"))) or ""
    return module in PURE or ". Pure" in docstring.split("\n\n")[0]


def test_modules_import_from_their_own_folder_or_from_a_level_below() -> None:
    assert [
        f"{module} imports {name}"
        for module, name in arrows()
        if folder(module) != folder(name) and level(name) >= level(module)
    ] == []


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    modules = Counter(file.parent.relative_to(ROOT).as_posix() for file in MODULES.values() if file.stem != "__init__")
    assert {path: number for path, number in modules.items() if number > MOST_MODULES} == {}


def test_no_imports_go_round_in_a_circle() -> None:
    lower: dict[str, set[str]] = {module: set() for module in MODULES}
    for module, name in arrows():
        lower[module].add(name)
    tuple(TopologicalSorter(lower).static_order())  # raises CycleError, which names the circle


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
