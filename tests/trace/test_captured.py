"""Captures that were made by tcpdump: those beside the lessons, and files that are none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chatlab.trace.captured import Capture
from tests.notebooks.make_captures import FOLDER, TALKS
from tests.systems import not_here

CAPTURES = sorted(FOLDER.glob("*.pcap"))


def rows(name: str, *clients: str) -> list[str]:
    """The ladder's text without its title, one space between columns."""
    return [" ".join(row.split()) for row in str(Capture(FOLDER / f"{name}.pcap", clients)).splitlines()[1:]]


def test_each_talk_has_its_capture_and_its_sentence() -> None:
    assert {file.stem for file in CAPTURES} == set(TALKS)
    assert set(re.findall(r"`(\w+)\.pcap`", (FOLDER / "README.md").read_text(encoding="utf-8"))) == set(TALKS)
    assert sum(file.stat().st_size for file in CAPTURES) < 20_000


@pytest.mark.parametrize("file", CAPTURES, ids=lambda file: file.stem)
@not_here(sys.platform == "win32", "what is read with tshark is read on Linux")
@pytest.mark.skipif(sys.platform != "win32" and shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_opens_it_without_a_warning(file: Path) -> None:
    fields = ["-T", "fields", "-e", "tcp.seq", "-e", "_ws.malformed"]
    shown = subprocess.run(["tshark", "-r", file, *fields], capture_output=True, text=True, check=True, timeout=60)
    warnings = [line for line in shown.stderr.splitlines() if not line.startswith("Running as user")]
    assert warnings == []
    segments = [line.split("\t") for line in shown.stdout.splitlines()]
    assert len(segments) == len(Capture(file).ladder.rows)
    assert all(number and not malformed for number, malformed in segments)


def test_a_connection_begins_with_three_segments_and_ends_with_a_fin_each() -> None:
    talk = rows("a_connection", "ada")
    assert talk[:3] == [
        "1 ada -> room SYN, seq 0",
        "2 room -> ada SYN ACK, seq 0, ack 1",
        "3 ada -> room ACK, ack 1",
    ]
    assert "4 room -> ada seq 1, ack 1: NICK\\n" in talk
    assert [row for row in talk if "FIN" in row and "ada -> room" in row]
    assert [row for row in talk if "FIN" in row and "room -> ada" in row]
    assert "RST" not in str(talk)


def test_numbers_count_bytes_and_a_syn_and_a_fin_as_one() -> None:
    said = "NICK\nConnected to the server!\n"
    talk = rows("a_connection", "ada")
    assert re.search(rf"room -> ada FIN ACK, seq {1 + len(said)}, ack {1 + len('ada|hello|') + 1}'", str(talk))
    assert talk[-1].endswith(f"ada -> room ACK, ack {1 + len(said) + 1}")


def test_over_tls_the_same_words_are_not_to_be_read() -> None:
    plain, secret = ((FOLDER / f"{name}.pcap").read_bytes() for name in ("a_connection", "a_tls_connection"))
    for word in (b"NICK\n", b"ada\n", b"Connected to the server!", b"hello"):
        assert (word in plain, word in secret) == (True, False)
    records = [row.arrow.data for row in Capture(FOLDER / "a_tls_connection.pcap").ladder.rows]
    said = [len(record) - 22 for record in records if record.startswith(b"\x17\x03\x03")]  # RFC 8446, section 5.2
    assert said[:4] == [len("NICK|"), len("ada|"), len("Connected to the server!|"), len("hello|")]


def test_nobody_listens_is_a_reset_at_once() -> None:
    assert rows("nobody_listens", "ada") == ["1 ada -> room SYN, seq 0", "2 room -> ada RST ACK, seq 0, ack 1"]


def test_a_reset_is_the_last_word() -> None:
    talk = rows("a_reset", "ada")
    assert talk[-1].split()[1:5] == ["ada", "->", "room", "RST"]
    assert "FIN" not in str(talk)


def test_after_a_half_close_the_answer_still_comes() -> None:
    talk = rows("a_half_close", "ada")
    ended = next(index for index, row in enumerate(talk) if "ada -> room FIN" in row)
    assert any("room -> ada" in row and "and a cake" in row for row in talk[ended:])


def test_what_is_not_acknowledged_is_sent_again_after_ever_longer_times() -> None:
    ladder = Capture(FOLDER / "a_pulled_plug.pcap", ("bob", "ada"), axis="time").ladder
    question = next(row for row in ladder.rows if row.destination == "ada" and b"are you there" in row.arrow.data)
    times = [row.arrow.left for row in ladder.rows if row.number == question.number]
    assert [row.arrow.is_repeat for row in ladder.rows if row.number == question.number][:2] == [False, True]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert len(waits) >= 4
    assert all(later > 1.5 * earlier for earlier, later in pairwise(waits[1:]))


@pytest.mark.parametrize("file", CAPTURES, ids=lambda file: file.stem)
def test_its_picture_is_well_formed(file: Path) -> None:
    for axis in ("events", "time"):
        ElementTree.fromstring(Capture(file, axis=axis)._repr_mimebundle_()["image/svg+xml"])


@pytest.mark.parametrize("content", [b"", b"no capture", bytes(100)])
def test_a_file_that_is_no_capture_is_said_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pcap").write_bytes(content)
    with pytest.raises(ValueError, match="x.pcap is not a capture of TCP: ") as caught:
        Capture(tmp_path / "x.pcap")
    assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        Capture(tmp_path / "not there")
