"""Two servers that are one room, and speak TLS to their clients."""

from __future__ import annotations

import pytest

from chatlab.tcp.cluster.child_broker import ChildBroker
from chatlab.tcp.models.serving import Model
from chatlab.tcp.server import TcpServer
from tests.tcp.raw_client import RawClient
from tests.tcp.tls.contexts import serving
from tests.waiting import Heard


@pytest.mark.parametrize("model", ["selectors"])
def test_what_is_said_on_one_is_heard_on_the_other(model: Model) -> None:
    logs = Heard[str](), Heard[str]()
    with (
        ChildBroker() as child,
        TcpServer(port=0, model=model, log=logs[0], cluster=child.broker, tls=serving()) as one,
        TcpServer(port=0, model=model, log=logs[1], cluster=child.broker, tls=serving()) as other,
    ):
        for log in logs:
            log.wait_for(lambda line: line.startswith("the broker is there"))
        with RawClient(one.address, "ada") as ada, RawClient(other.address, "bob") as bob:
            ada.wait_for("bob joined the chat")
            ada.say("hello")
            bob.wait_for("ada: hello")
            bob.end()
            ada.wait_for("bob left the chat!")
