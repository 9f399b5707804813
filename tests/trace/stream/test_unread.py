"""What is in the kernels' buffers: from records made by hand, and of a real connection, filled and emptied."""

from __future__ import annotations

import socket

import pytest

from chatlab.trace import Trace
from chatlab.trace.recording import MAX_RECORDS
from chatlab.trace.records import Transport
from chatlab.trace.stream.unread import unread
from tests.trace.scripts import PARTIES, Script

ADA, ROOM = PARTIES["ada"], PARTIES["room"]


@pytest.fixture
def script() -> Script:
    return Script(Transport.TCP)


def test_it_is_what_was_sent_and_not_received(script: Script) -> None:
    script.sent("ada", "room", b"hello").sent("ada", "room", b"world").received("ada", "room", b"hel")
    script.sent("room", "ada", b"hi").received("room", "ada", b"hi")
    assert unread(script.trace.snapshot()) == {(ADA, ROOM): 7, (ROOM, ADA): 0}


def test_what_is_received_before_it_is_written_down_as_sent_is_not_less_than_nothing(script: Script) -> None:
    script.trace.attend(ADA, "ada")
    script.received("ada", "room", b"hel")
    assert unread(script.trace.snapshot()) == {(ADA, ROOM): 0}


def test_what_is_forgotten_still_counts(script: Script) -> None:
    script.sent("ada", "room", b"hello")
    for _ in range(MAX_RECORDS):
        script.received("ada", "room", b"")
    assert unread(script.trace.snapshot()) == {(ADA, ROOM): 5}


def test_a_real_connection_filled_and_emptied() -> None:
    trace = Trace()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ada = trace.watch(socket.create_connection(listener.getsockname()), "ada")
        bob = trace.watch(listener.accept()[0], "bob")
    with ada, bob:
        way = (ada.getsockname(), bob.getsockname())
        ada.setblocking(False)
        taken = ada.send(b"x" * 10_000_000)
        assert unread(trace.snapshot())[way] == taken
        bob.recv(1, socket.MSG_PEEK)
        left = taken - len(bob.recv(1000))
        assert unread(trace.snapshot())[way] == left
        while left:
            left -= len(bob.recv(65_536))
        assert unread(trace.snapshot())[way] == 0
