"""The servers of lesson 18's cells, where something is missing; with a broker the lesson itself is run."""

from __future__ import annotations

import pytest

from chatlab.room.errors import CantStart
from chatlab.tcp.cluster import joined
from chatlab.tcp.cluster.child_broker import ChildBroker


@pytest.mark.usefixtures("no_program")
def test_without_a_broker_a_line_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(joined.joined(2)) == []
    assert joined.lasting_broker() is None
    assert capsys.readouterr().out == "no broker here\n" * 2


def test_without_the_package_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(joined, "find_spec", lambda name: None)
    assert joined.lasting_broker() is None
    line = "there is no nats-py here: in the project's folder: pip install -r requirements.txt\n"
    assert capsys.readouterr().out == line


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(broker: ChildBroker) -> None:
        raise CantStart("no broker here")

    monkeypatch.setattr(ChildBroker, "start", fail)
