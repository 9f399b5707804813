"""What a lesson invites its reader to change may be changed: no cell ends in an error, whatever is put there.

An invitation is a paragraph that begins with **Change**. A kernel for each lesson runs its cells from top to bottom; a
cell that holds an invited text runs with each of the other texts as well, and what comes after it finds the last.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

from tests.notebooks.comparing import COURSE, LESSONS, copy_course, kernel_environment

FEWEST_INVITATIONS = 2
FEWEST_TEXTS = 3
CELL_SECONDS = 30


class Change(NamedTuple):
    """In the lesson with this number, one cell of code has `text`; each of `others` may stand there, too."""

    lesson: str
    text: str
    others: tuple[str, ...]


CHANGES = [
    Change("00", 'UdpClient("eve", ', tuple(f'UdpClient("{name}", ' for name in ("zoë", "ada", "two words", "王", ""))),
    Change("00", '"Hello from a cell!"', ('"Hello!"', '" Good evening "', '"SIGNOUT_TAG:"', '"x" * 2000', '""')),
    Change("00", "Hello from a terminal!", ("One\\nTwo", "Hi", "", "eve: Hi")),
    Change("00", '"tom"', ('"zoë"', '"ada"', '"two words"', '""')),
    Change("01", '"Do you like crème brûlée?"', ('"你好吗?"', '"Hello!"', '""', '("🐍" * 1000)')),
    Change("01", "recv(7)", tuple(f"recv({size})" for size in (40, 32, 31, 1, 0, 65_507))),
    Change("01", "65_508", ("0", "1", "65_506", "100_000")),
    Change("01", '[b"Hello", b" world", b""]', ('[b"Hello"]', "[]", '["é".encode(), b"\\xff" * 300]', '[b""] * 8')),
    Change("01", '"Hello!", "Olé!", "", "🐍 bites"', ('""', '"x" * 60_000', '"x" * 70_000', '*("one", "two") * 10')),
    Change("02", '"café"', ('"Привет"', '"你好"', '"Hello!"', '""')),
    Change(
        "02",
        '[b"SIGNUP_TAG:ada", b"Hello!", b"Is',
        tuple(f'[b"SIGNUP_TAG:ada", b"{other}", b"Is' for other in ("", "SIGNUP_TAG:bob", "SIGNOUT_TAG:", "\\xff")),
    ),
    Change(
        "02", 'b"Hello! Is anybody in there?"', ('b"Hello! Is anybody in"', 'b"Hello!"', 'b""', 'b"bob after restart"')
    ),
    Change(
        "02",
        '[b"SIGNUP_TAG:ada", b"SIGNOUT_TAG:", b"", b"Hello!"]',
        ('[b"Hi, SIGNUP_TAG:ada", b"SIGNOUT_TAG: bye"]', '[b"signup_tag:ada", b"SIGNUP_TAG:"]', '[b"\\xff"]', "[]"),
    ),
    Change(
        "02", '[b"hello", b"\\xff"', tuple(f'[b"hello", b"{other}"' for other in ("\\xc3\\xa9", "\\xc3", "", "Hello!"))
    ),
    Change(
        "02",
        'question = "SIGNOUT_TAG: what is that?"',
        tuple(
            f'question = "{other}"' for other in ("SIGNUP_TAG:bob", "ada: Hi!", "Bye!\\nbob: I give up", "Hello!", "")
        ),
    ),
    Change(
        "02",
        '["Hello!", "SIGNOUT_TAG: what is that?"]',
        ("[]", '["ada: Hi!", "SIGNUP_TAG:bob"]', '["Bye!\\nbob: I give up", "  "]', '["long " * 500]'),
    ),
    Change(
        "03",
        'room.say(EVE, "ada: I give up")',
        ('room.say(ADA, "ada: I give up")', 'room.say(BOB, "")', 'room.say(EVE, "Hello!\\nada: I give up")'),
    ),
    Change(
        "03",
        '["bob", "BOB", "b0b", "rob"]',
        ('["two words", "x" * 21]', '["", "-", "SERVER", "bo\\nb"]', '["zoë", "王", "b.b"]', '["tom"]', "[]"),
    ),
    Change(
        "03",
        "ada says Hello!\n",
        ("eve says Let me in!\nbob says ada: I give up\n", "", "ada leaves\nada leaves\nada joins as bob\n", "What?\n"),
    ),
    Change("03", "now=121", tuple(f"now={now}" for now in ("120", "119", "0", "220", "221", "1e9", "-1"))),
    Change("04", '["one", "two", "three"]', ('["one"] * 20', '["", "", ""]', '["long " * 1000, "short"]', "[]")),
    Change(
        "04",
        'texts = ["one", ',
        tuple(f"texts = {more} + [" for more in ('["o"] * 3000', '["o" * 5000] * 50', '["🐍" * 70_000]')),
    ),
    Change(
        "04",
        'name="receiver").start()',
        ('daemon=True, name="receiver").start()', "daemon=False).start()", "daemon=True).start()"),
    ),
    Change(
        "04",
        'ada.sendto(b"", ada',
        tuple(f"ada.sendto({other}, ada" for other in ('b"Wake up!"', 'b"x" * 1000', 'b"\\0"')),
    ),
    Change("04", "settimeout(0.2)", tuple(f"settimeout({seconds})" for seconds in ("1", "0.01", "0", "0.5"))),
    Change(
        "05", '["Hello!", "Is anybody there?", "é"]', ('["Hello!", "", "Hello?"]', "[]", '["x"] * 3_000', '["你好"]')
    ),
    Change("05", "pause = 0.1", tuple(f"pause = {seconds}" for seconds in ("0", "0.3", "0.01"))),
    Change(
        "05",
        '(ADA, b"\\xff")',
        tuple(f'(ADA, b"{other}")' for other in ("", "SIGNOUT_TAG:", "SIGNUP_TAG:bob", "SIGNUP_TAG:eve", "x" * 9_999)),
    ),
    Change("05", "Hello from a terminal!", ("One\\nTwo", "", "!q\\nNever said", "SIGNOUT_TAG:")),
    Change("06", "deaf_to, number = 2, 0", tuple(f"deaf_to, number = {count}, 0" for count in (0, 1, 5, 20))),
    Change("06", "ports = 1001", tuple(f"ports = {number}" for number in (365, 28_232, 2, 1))),
    Change(
        "06",
        '"Hello!\\n!q\\nNobody hears this.\\n"',
        ('"Hello!\\n"', '"Hello!\\n!Q\\n"', '"Hello!\\n !q \\nNo."', '""'),
    ),
    Change(
        "06",
        'own_room.server, "tom", lines',
        ('own_room.server, "ada", lines', 'own_room.server, "two words", lines', 'own_room.server, "王", [""]'),
    ),
    Change("07", "loss=0.3)), seed=6", tuple(f"loss=0.3)), seed={seed}" for seed in (7, 0, 123_456, -1))),
    Change("07", "loss=0.3", ("loss=0.9", "loss=0", "loss=1.0", "loss=0.3, repeat=0.5")),
    Change("07", "repeat=1.0", ("repeat=0", "repeat=0.5", "repeat=1, loss=0.5")),
    Change("07", "delay=0.25)), seed=6", ("delay=0)), seed=6", "delay=0.9)), seed=7", "delay=0.25)), seed=8")),
    Change("07", "reorder=0.2, delay=0.03", ("reorder=0, delay=0.1", "reorder=0.2", "reorder=1, delay=3, jitter=0.1")),
    Change("07", "seed=6, trace=Trace", tuple(f"seed={seed}, trace=Trace" for seed in (7, 0, -1))),
    Change("07", "delay=0.02), seed=2", ("delay=0), seed=3", "delay=0.02), seed=0", "jitter=0.3), seed=2, count=50")),
    Change("07", "20_000", ("50", "0", "1", "93")),
    Change("07", "number * 200", tuple(f"number * {times}" for times in (2, 1, 0, 1_000))),
    Change("08", "{1: LOST}", ("{1: LOST, 2: LOST}", "{}", "{3: LOST}", "{number: LOST for number in range(9)}")),
    Change("08", "loss=0.3, seed=3", ("loss=0.3, seed=4", "loss=0.6, seed=3", "loss=1.0, seed=3", "loss=0, seed=3")),
    Change("08", "loss=0.3, delay=0.05), seed=3", ("loss=0.6), seed=4", "loss=1, delay=0.05), seed=0", "), seed=3")),
    Change(
        "08",
        "send_all(4, window=4",
        tuple(f"send_all({count}, window={window}" for count, window in ((4, 2), (8, 4), (4, 0), (4, 100), (0, 1))),
    ),
    Change("09", "recv(7)", tuple(f"recv({size})" for size in (1, 40, 65_507, 32, 0))),
    Change(
        "09",
        '["Hi Bob!", "I won 100", "0 people came"]',
        ('["Hello", " world"]', '["", "🐍", ""]', "[]", '["x" * 70_000, "y"]'),
    ),
    Change("09", "piece=8", tuple(f"piece={size}" for size in (1, 64, 0, 2))),
    Change("09", "recv(12)", tuple(f"recv({size})" for size in (1, 5, 100, 0))),
    Change(
        "09",
        '[b"hel", b"lo\\nhow", b" are you?\\nHi", b" again\\n\\nbye"]',
        ('[b"caf\\xc3", b"\\xa9\\n"]', '[b"hello\\nhow are you?\\n"]', '[b"", b"\\n\\n"]', "[]", '[b"x" * 2000]'),
    ),
    Change("09", "LineBuffer(limit=1024)\ntry", tuple(f"LineBuffer(limit={size})\ntry" for size in (8, 1, 4))),
    Change("09", "10_000_000", ("1_000", "0", "1_000_000", "20_000_000")),
    Change("10", '["ada", "bob"]', ("[]", '["ada"]', '["a", "b", "c", "d"] * 5')),
    Change("10", "backlog=2", tuple(f"backlog={size}" for size in (0, 5, 100, 1))),
    Change("10", "target=let_all_in", ("target=let_in", "target=(let_in)", "daemon=True, target=let_in")),
    Change(
        "10",
        '["ada", "ADA", "a d a", "", "ada_2"]',
        ('["ada"] * 12', '["аda"]', '["bob", "ada"]', "[]", '["x" * 2000, "bob"]'),
    ),
    Change(
        "11",
        'Turns("ada looks", "bob looks", "ada writes", "bob writes")',
        ('Turns("ada looks", "ada writes", "bob looks")', "Turns()", 'Turns("bob writes", "bob looks", "eve looks")'),
    ),
    Change(
        "11",
        "for nickname in members:",
        tuple(f"for nickname in {kind}(members):" for kind in ("list", "set", "sorted")),
    ),
    Change("11", 'come("dan")', ('come("bob")', 'come("")', 'tell("Hi!")')),
    Change(
        "11", 'cy=lambda: leave("cy")', ('cy=lambda: broadcast(b"Hi!")', 'cy=lambda: leave("ada")', "dan=lambda: 0")
    ),
    Change(
        "11",
        'TcpClient("bob", room):',
        tuple(f'TcpClient("{name}", room), TcpClient("cy", room):' for name in ("bob", "zoë", "ada2")),
    ),
    Change("12", "seconds = 0.1", tuple(f"seconds = {seconds}" for seconds in ("0.01", "0.5", "0", "-1"))),
    Change(
        "12",
        "ada.shutdown(socket.SHUT_WR)\n",
        tuple(f"{end}\n" for end in ("ada.close()", "ada.shutdown(socket.SHUT_RDWR)", "ada.shutdown(socket.SHUT_RD)")),
    ),
    Change("12", "Trouble.STALL", ("Trouble.CUT", "Trouble.RESET", "Trouble.NONE")),
    Change("12", "server_first=True", ("server_first=False", "server_first=0", "server_first=not True")),
    Change("13", "tom(send_buffer=4096", tuple(f"tom(send_buffer={size}" for size in (100_000, 1, 1_000_000, 0))),
    Change("13", "send_buffer=4096) as", tuple(f"send_buffer={size}) as" for size in (16_384, 65_536, 1_000_000))),
    Change("13", "maxlen=2", tuple(f"maxlen={number}" for number in (4, 1, 0, 100))),
    Change("13", "max_outbox=65_536", tuple(f"max_outbox={size}" for size in (8_192, 1_000_000, 0))),
    Change("13", "limit=8192", tuple(f"limit={size}" for size in (1000, 100_000, 0))),
    Change("14", "dark = [4, 5, 6]", ("dark = [5]", "dark = [10]", "dark = range(1, 11)", "dark = []")),
    Change(
        "14",
        "loss=0.3, delay=0.1",
        ("loss=0.0, delay=1.0", "loss=0.9, delay=0.1", "loss=1.0, delay=0.0", "loss=0.0, delay=0.0"),
    ),
    Change(
        "14", 'b"netcat\\n"', (*(f'b"{name}\\n"' for name in ("ada", "two words", "", "x" * 2000)), 'b"netcat"', 'b""')
    ),
    Change("14", '"--lesson", "11"]', ('"--lesson", "10"]', '"--lesson", "12"]', '"--lesson", "14"]')),
    Change("14", "limit = 0.3", ("limit = 0.01", "limit = 2", "limit = 1.5", "limit = 0")),
    Change(
        "14", '"tom", ["Hello!", "Is this all mine?"]', ('"ada", ["tom", "Hello!"]', '"", []', '"tom", ["x" * 2000]')
    ),
    Change(
        "15",
        'print(stay("bob", says_every=0.2))',
        tuple(f'print(stay("bob", says_every={seconds}))' for seconds in (0.4, 0.6, 0.45, 3)),
    ),
    Change(
        "17", 'b"I give up", ', tuple(f'b"{other}", ' for other in ("SIGNUP_TAG:ada", "SIGNUP_TAG:eve", "", "\\xff"))
    ),
    Change(
        "17",
        "max_members=200), log=lambda line: None)\nforge",
        tuple(f"max_members={most}), log=lambda line: None)\nforge" for most in (10, 1000, 1, 500)),
    ),
    Change("17", "os.urandom(32)", ('b"secret"', 'b""', "os.urandom(1)")),
    Change("17", '"páy", "bob"', ('"paay"', '"王", "two words"', '"", "p\\u200bay"', '"pay" * 1000')),
    Change("17", 'painted = "Hi!\\r', ('painted = "', 'painted = "\\x1b[2J', 'painted = "\\b\\b\\b\\b\\b')),
    Change("17", "mallory\nBuy coins", ("bob\nada: Hi", "\n\n", "two words\n", "é")),
    Change("17", "POST / H", ("POST /mallory H", "GET / H", "POST /%0Amallory H")),
    Change("17", "rate_limit=20", ("rate_limit=1", "rate_limit=200", "rate_limit=5000")),
    Change(
        "17",
        '(b"NICK", b"ada", b"hello", b"localhost")',
        ('(b"Connected",)', '(b"", b"\\x16\\x03")', "()", '("é".encode(), b"joined")'),
    ),
    Change("17", '"chat.example"', tuple(f'"{name}"' for name in ("localhost", "127.0.0.1", "*.0.0.1", "::1"))),
    Change("17", "guesses=1000", ("guesses=20_000", "guesses=0", "guesses=1")),
    Change("18", '["ada", "ada"]', ('["ada", "bob"]', '["", "two words"]', '["x" * 2000, "ada"]')),
    Change("18", '"Ada"]', ('"АDA"]', '"bob"]', '""]')),
    Change("18", "rooms = 1_000", ("rooms = 10", "rooms = 100_000", "rooms = 0", "rooms = 1")),
    Change("15", "settimeout(None)", tuple(f"settimeout({seconds})" for seconds in (0.7, 3, 60, 0))),
    Change("16", 'in ("bob", "cy"):', ('in ("ada",):', "in ends:", "in ():")),
    Change(
        "16",
        'names = ["ada", "bob", "cy"]',
        tuple(
            f"names = {names}"
            for names in (
                '["ada", "ada"]',
                '["ada", "two words"]',
                '[f"guest{n}" for n in range(6)]',
                '["ada"]',
                '["x" * 2000]',
            )
        ),
    ),
    Change("16", "[10, 100, 1000]", ("[2]", "[50]", "[300, 500]", "[1]")),
    Change("16", "10_000)", ("1_000)", "100)", "2)")),
    Change(
        "16",
        "    time.sleep(0.5)",
        ("    await asyncio.sleep(0.5)", "    await asyncio.to_thread(time.sleep, 0.5)", "    pass"),
    ),
]
INVITED = [lesson.name[:2] for lesson in LESSONS]


def _lesson(number: str) -> Path:
    return next(lesson for lesson in LESSONS if lesson.name.startswith(number))


def _cells(number: str) -> list[nbformat.NotebookNode]:
    cells: list[nbformat.NotebookNode] = nbformat.read(_lesson(number), as_version=4).cells
    return cells


def _code_beside(cells: list[nbformat.NotebookNode], index: int) -> list[str]:
    """The cells of code next to the text at `index`, before and after it."""
    around = (cells[index - 1 :: -1], cells[index + 1 :])
    return [next((cell.source for cell in side if cell.cell_type == "code"), "") for side in around]


@pytest.mark.parametrize("number", INVITED)
def test_a_lesson_invites_to_change_something_and_each_invitation_is_tried(number: str) -> None:
    cells = _cells(number)
    texts = [change.text for change in CHANGES if change.lesson == number]
    invitations = [
        index
        for index, cell in enumerate(cells)
        if cell.cell_type == "markdown" and re.search(r"^\*\*Change\b", cell.source, re.MULTILINE)
    ]
    assert len(invitations) >= FEWEST_INVITATIONS
    for index in invitations:
        beside = "\n".join(_code_beside(cells, index))
        assert any(text in beside for text in texts), f"not tried: {cells[index].source}"


@pytest.mark.parametrize("change", CHANGES, ids=[f"{change.lesson} {change.text}" for change in CHANGES])
def test_a_text_stands_in_one_cell_and_has_some_others(change: Change) -> None:
    code = [cell.source for cell in _cells(change.lesson) if cell.cell_type == "code"]
    assert sum(source.count(change.text) for source in code) == 1
    assert len(set(change.others) - {change.text}) >= FEWEST_TEXTS


@pytest.mark.parametrize("number", INVITED)
def test_nothing_that_is_invited_ends_in_an_error(number: str, tmp_path: Path) -> None:
    copy_course(tmp_path)
    # So that there is a learner's code to be tried out.
    shutil.copytree(COURSE / "solutions", tmp_path / "exercises", dirs_exist_ok=True)
    lesson = nbformat.read(_lesson(number), as_version=4)
    client = NotebookClient(
        lesson,
        timeout=CELL_SECONDS,
        resources={"metadata": {"path": str(tmp_path / "notebooks")}},
        store_widget_state=False,
    )
    with client.setup_kernel(env=kernel_environment(tmp_path)):
        for index, cell in enumerate(lesson.cells):
            if cell.cell_type != "code":
                continue
            plain = cell.source
            client.execute_cell(cell, index)
            for change in CHANGES:
                if change.lesson == number and change.text in plain:
                    for other in change.others:
                        cell.source = plain.replace(change.text, other)
                        client.execute_cell(cell, index)
                        _expect_no_red(cell)


def _expect_no_red(cell: nbformat.NotebookNode) -> None:
    assert [output for output in cell.outputs if output.get("name") == "stderr"] == [], cell.source


@pytest.mark.parametrize("number", INVITED)
def test_no_cell_demands_a_value(number: str) -> None:
    """An assert in a lesson forbids what its text invites, and gives the answer away: print what came instead."""
    for cell in _cells(number):
        if cell.cell_type == "code":
            found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert | ast.Raise)]
            assert found == [], cell.source
