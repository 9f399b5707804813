"""Captures, read by tshark."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatlab.tcp.client import TcpClient
from chatlab.tcp.server import TcpServer
from chatlab.trace import Trace
from chatlab.trace.records import Record, Step, Transport
from chatlab.udp.client import UdpClient
from chatlab.udp.server import UdpServer
from chatlab.weather.simulated import SimulatedNetwork, transfer

from .scripts import PARTIES, Script
from .test_recording import hear

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")
# A port that the system chose may be that of a protocol that Wireshark knows, and our words are not in that protocol.
NO_OTHERS = ["-d", "udp.port==1-65535,data", "-d", "tcp.port==1-65535,data"]
CHECKS = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
TEXTS = ["hello", "grüße 🐍", "<b>", "x" * 900]


def tshark(path: Path, *arguments: str) -> str:
    """What tshark prints. Fails if it warns of the file or of a packet."""
    assert TSHARK
    command = [TSHARK, "-r", str(path), *NO_OTHERS, *CHECKS]
    found = subprocess.run([*command, *arguments], check=False, capture_output=True, text=True, timeout=60)
    warnings = [line for line in found.stderr.splitlines() if "Running as user" not in line]
    assert (found.returncode, warnings) == (0, [])
    return found.stdout


def fields(path: Path, name: str, only: str = "") -> list[str]:
    return tshark(path, "-Y", only or "ip or ipv6", "-T", "fields", "-e", name).splitlines()


def payloads(path: Path, transport: str) -> list[str]:
    return [bytes.fromhex(data).decode() for data in fields(path, f"{transport}.payload", f"{transport}.payload")]


def complaints(path: Path) -> list[str]:
    return fields(path, "_ws.expert.message", '_ws.expert.severity >= "Warning"')


def test_a_udp_talk_has_every_datagram_once(tmp_path: Path) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    with UdpServer(port=0, trace=trace) as room, UdpClient("ada", room, trace=trace) as ada:
        for text in TEXTS:
            ada.say(text)
            hear(ada, text)
        trace.save(path)
        port = str(room.address[1])
    said = [line for text in TEXTS for line in (text, f"ada: {text}")]
    assert payloads(path, "udp") == ["SIGNUP_TAG:ada ".ljust(128), "ada joined!", *said]
    assert fields(path, "udp.dstport")[::2] == [port] * (1 + len(TEXTS))
    assert complaints(path) == []


@pytest.mark.parametrize("at_client", [False, True])
def test_a_tcp_stream_can_be_followed(tmp_path: Path, at_client: bool) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    with (
        TcpServer(port=0, trace=trace) as room,
        TcpClient("ada", room, trace=trace if at_client else None) as ada,
        TcpClient("bob", room) as bob,
    ):
        for text in TEXTS:
            bob.say(text)
            hear(ada, text)
    trace.save(path)
    ports = fields(path, "tcp.srcport", "tcp.flags.syn == 1 and tcp.flags.ack == 0")
    assert len(ports) == 2
    to_ada = "".join(payloads_of(path, f"tcp.dstport == {ports[0]}"))
    assert to_ada.startswith("NICK\nConnected to the server!\n")
    assert "".join(f"bob: {text}\n" for text in TEXTS) in to_ada
    followed = tshark(path, "-q", "-z", "follow,tcp,ascii,1")
    assert "hello" in followed
    assert len(fields(path, "frame.number", "tcp.flags.fin == 1")) == 4
    assert complaints(path) == []
    assert fields(path, "frame.number", "tcp.analysis.flags") == []


def payloads_of(path: Path, only: str) -> list[str]:
    return [bytes.fromhex(data).decode() for data in fields(path, "tcp.payload", f"tcp.payload and {only}")]


def test_what_was_lost_or_repeated_says_so(tmp_path: Path) -> None:
    path = tmp_path / "talk.pcapng"
    script = Script().carried("ada", "room", b"1").carried("ada", "room", b"2", 0, 0.5).carried("ada", "room", b"3", 0)
    script.trace.save(path)
    assert payloads(path, "udp") == ["1", "2", "2", "3"]
    assert fields(path, "frame.comment") == ["lost", "", "again", ""]


def test_packets_stand_in_the_order_of_their_arrival(tmp_path: Path) -> None:
    """Or Wireshark would show a time that goes backwards."""
    path = tmp_path / "talk.pcapng"
    Script().carried("ada", "room", b"late", 2.5).carried("ada", "room", b"overtakes", 0).trace.save(path)
    assert payloads(path, "udp") == ["overtakes", "late"]
    times = [float(time) for time in fields(path, "frame.time_epoch")]
    assert times == sorted(times)


def test_ipv6_and_more_than_a_segment_holds(tmp_path: Path) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    ends = ("::1", 8000), ("::1", 9000)
    big = b"x" * 150_000 + b"\n"
    trace.add(Record(0, Step.SENT, Transport.TCP, *ends, big))
    trace.add(Record(1, Step.SENT, Transport.UDP, *ends, b"small"))
    trace.save(path)
    assert "".join(payloads(path, "tcp")) == big.decode()
    assert payloads(path, "udp") == ["small"]
    assert complaints(path) == []


def test_a_talk_in_a_simulated_network_can_be_saved(tmp_path: Path) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    transfer([b"hello"], SimulatedNetwork(trace=trace))
    trace.save(path)
    assert payloads(path, "udp") == ["MSG_TAG:00000000 0 hello", "ACK_TAG:00000000 0"]
    assert fields(path, "ip.src") == fields(path, "ip.dst")[::-1]


def test_what_cannot_be_saved_leaves_an_older_file_as_it_was(tmp_path: Path) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    trace.add(Record(0, Step.SENT, Transport.UDP, ("no address", 1), PARTIES["room"], b"hi"))
    path.write_bytes(b"older")
    with pytest.raises(OSError, match="illegal IP address"):
        trace.save(path)
    assert path.read_bytes() == b"older"


def test_without_dpkt_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "dpkt", None)
    monkeypatch.delitem(sys.modules, "chatlab.trace.picture.capture", raising=False)
    with pytest.raises(ImportError, match=r"^a capture needs the package dpkt: .*pip install"):
        Trace().save(tmp_path / "talk.pcapng")
    assert not list(tmp_path.iterdir())


def test_the_times_are_those_of_the_clock(tmp_path: Path) -> None:
    trace, path = Trace(), tmp_path / "talk.pcapng"
    now, at = time.time(), trace.clock()
    for later in (0, 1):
        trace.add(Record(at + later, Step.SENT, Transport.UDP, PARTIES["ada"], PARTIES["room"], b"hi"))
    trace.save(path)
    assert list(map(float, fields(path, "frame.time_epoch"))) == pytest.approx([now, now + 1], abs=0.1)
