"""One submission with every kind of accident in it: each is named with its file and line, and the rest is graded."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from tests.grading.course import EXERCISES, MANIFEST, SOLUTIONS, grade

SECONDS = 90


class Accident(NamedTuple):
    """`source` of the file, what its message says, and the line that it names."""

    source: str
    said: str
    line: int


ACCIDENTS = {
    "ex00": Accident(
        """\
        def greet(client, nickname):
            while True:
                pass
        """,
        "It had not ended after 5 s; it was stuck in the line below.",
        2,
    ),
    "ex01": Accident(
        """\
        import socket


        def send_receipts(sock, count):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.bind(("127.0.0.1", 0))
                message, sender = own.recvfrom(65_507)
        """,
        "recvfrom() waits for a datagram",
        7,
    ),
    "ex02": Accident("def parse_request(datagram:\n", "SyntaxError: '(' was never closed", 1),
    "ex03": Accident(
        """\
        import os


        class Room:
            def __init__(self):
                os._exit(1)
        """,
        "Your code ended the program: os._exit().",
        6,
    ),
    "ex04": Accident(
        """\
        import queue
        import threading


        class Receiver:
            def __init__(self, sock):
                self.sock = sock
                self.messages = queue.Queue()

            def start(self):
                threading.Thread(target=self.receive).start()

            def receive(self):
                self.messages.put(self.sock.recvfrom(65_507).decode())
        """,
        "A thread of your code had ended with AttributeError: 'tuple' object has no attribute 'decode'.",
        14,
    ),
    "ex05": Accident("import sys\n\nsys.exit(0)\n", "Your code ended the program: exit().", 3),
    "ex06": Accident(
        """\
        def talk(*arguments, **named):
            for _ in range(100):
                print("x" * 1_000_000)
        """,
        "It printed more than 1,000,000 characters",
        3,
    ),
    "ex07": Accident("GOOGOL = 10 ** 10 ** 10\n", "nothing could interrupt it", 1),
}


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """The accidents, and model answers where there is none."""
    folder = shutil.copytree(SOLUTIONS, tmp_path / "submission")
    for exercise in MANIFEST:
        if accident := ACCIDENTS.get(exercise.key):
            (folder / exercise.file).write_text(dedent(accident.source), encoding="utf-8")
    return folder


def test_each_accident_is_named_and_the_rest_is_graded(submission: Path) -> None:
    start = time.monotonic()
    grades = grade(submission)
    assert time.monotonic() - start < SECONDS
    assert [graded["exercise"] for graded in grades] == [exercise.name for exercise in MANIFEST]
    for exercise, graded in zip(MANIFEST, grades, strict=True):
        accident = ACCIDENTS.get(exercise.key)
        assert graded["state"] == ("not yet right" if accident else "done"), exercise.key
        if accident:
            message = next(check["message"] for check in graded["checks"] if check["message"])
            assert accident.said in message["saw"] + message["means"]
            assert message["where"].startswith(f"{exercise.file}, line {accident.line}"), message


FLOODS = {
    "print": 'print("x" * 1000)',
    "os.write": 'os.write(1, b"x" * 1_000_000)',
    "sys.__stderr__": 'sys.__stderr__.write("x" * 1_000_000)',
    "logging": 'logging.error("x" * 1000)',
}


def processor_time_of_children() -> float:
    """In seconds, of those that have ended: a busy machine does not add to it. 0 on Windows, which does not tell."""
    times = os.times()
    return times.children_user + times.children_system


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_100_mb_of_output_take_some_seconds_and_are_not_passed_on(flood: str, tmp_path: Path) -> None:
    times = 100_000_000 // (1000 if "1000" in flood else 1_000_000)
    source = f"import logging, os, sys\ndef greet(client, nickname):\n    for _ in range({times}):\n        {flood}\n"
    (tmp_path / MANIFEST[0].file).write_text(source, encoding="utf-8")
    start = processor_time_of_children()
    [graded] = grade(tmp_path, EXERCISES / MANIFEST[0].checks)
    assert processor_time_of_children() - start < 15
    assert graded["state"] == "not yet right"
    assert len(str(graded)) < 10_000
