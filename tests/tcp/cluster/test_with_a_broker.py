"""One room on two servers, with a real broker, under each model: a row of PROTOCOL.md's "Many servers" each."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from chatlab.room.errors import NoBroker
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.child_broker import ChildBroker
from chatlab.tcp.limits import Limits
from chatlab.tcp.models.serving import Model
from chatlab.tcp.server import TcpServer, main
from tests.tcp.conftest import close_in_time
from tests.tcp.raw_client import RawClient
from tests.tcp.test_programs import serving
from tests.tcp.tls.contexts import AUTHORITY, ROOM, SecuredSocket
from tests.tcp.tls.contexts import serving as serving_tls
from tests.waiting import Heard

TAKEN = "NICK taken: that nickname, or one that looks like it"
GONE = "the broker is gone: this server goes on alone until it is back"
THERE = "the broker is there: all its servers are one room"

Servers = tuple[TcpServer, TcpServer]


class Server(TcpServer):
    """`said`: its log."""

    def __init__(self, broker: Broker, model: Model | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.said: Heard[str] = Heard()
        super().__init__(port=0, limits=Limits(rate_limit=0), model=model, log=self.said, tls=tls, cluster=broker)


@pytest.fixture(scope="module")
def child() -> Iterator[ChildBroker]:
    with ChildBroker() as child:
        yield child


OpenServer = Callable[[], Server]


@pytest.fixture
def open_server(child: ChildBroker, model: Model) -> Iterator[OpenServer]:
    """Opens servers, which are connected to the broker then. They close in time, and have not failed."""
    servers: list[Server] = []

    def open_server() -> Server:
        servers.append(Server(child.broker, model))
        stack.callback(close_in_time, servers[-1])
        servers[-1].start().said.next(THERE)
        return servers[-1]

    with ExitStack() as stack:
        yield open_server
    assert [server.failure for server in servers] == [None] * len(servers)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("tcp-")] == []


def together(*rooms: TcpServer) -> list[RawClient]:
    """A member on each, called member0, member1 and so on, who has heard all the others speak, and nothing since."""
    members = [RawClient(room.address, f"member{number}") for number, room in enumerate(rooms)]
    for number, speaker in enumerate(members):
        speaker.say("ready")
        for hearer in members:
            if hearer is not speaker:
                hearer.wait_for(f"member{number}: ready")
    return members


def test_members_of_two_servers_hear_each_other_in_order_and_nobody_itself(open_server: OpenServer) -> None:
    ada, bob = together(open_server(), open_server())
    with ada, bob:
        for number in range(300):
            ada.say(f"{number}")
            bob.say(f"{number}")
        assert bob.wait_for("member0: 299") == [f"member0: {number}" for number in range(300)]
        assert ada.wait_for("member1: 299") == [f"member1: {number}" for number in range(300)]
        ada.end()
        assert ada.rest() == []
        assert bob.line() == "member0 left the chat!"


def test_of_two_who_want_a_nickname_at_the_same_moment_one_gets_it(open_server: OpenServer) -> None:
    rooms = open_server(), open_server()
    for name in ("ada", "bob", "eve"):
        with RawClient(rooms[0].address) as one, RawClient(rooms[1].address) as other:
            assert (one.line(), other.line()) == ("NICK", "NICK")
            one.say(name)
            other.say(name.upper())
            assert sorted((one.line(), other.line())) == ["Connected to the server!", TAKEN]


def test_the_broker_is_gone_for_a_while(open_server: OpenServer, child: ChildBroker) -> None:
    one, other = open_server(), open_server()
    ada, bob = together(one, other)
    with ada, bob, RawClient(one.address, "neighbour") as neighbour:
        assert ada.line() == "neighbour joined the chat"
        bob.wait_for("neighbour joined the chat")
        child.close()
        try:
            one.said.next(GONE)
            other.said.next(GONE)
            ada.say("are you there?")
            assert neighbour.line() == "member0: are you there?"
            with RawClient(other.address) as impostor:
                impostor.say("member0")
                impostor.wait_for(TAKEN)
            newcomer = RawClient(one.address, "newcomer")
        finally:
            child.start()
        with newcomer:
            one.said.next(THERE)
            other.said.next(THERE)
            assert bob.line() == "newcomer joined the chat"
            ada.say("welcome")
            assert bob.line() == "member0: welcome"
        assert bob.line() == "newcomer left the chat!"
        assert [line for line in one.said.all if "broker" in line] == [THERE, GONE, THERE]


def test_a_server_that_closes_takes_its_members_out_of_the_others(open_server: OpenServer) -> None:
    one, other = open_server(), open_server()
    ada, bob = together(one, other)
    with ada, bob:
        one.close()
        assert ada.rest() == ["ERROR the room is closing"]
        assert bob.line() == "member0 left the chat!"
        with RawClient(other.address, "member0"):
            assert bob.line() == "member0 joined the chat"


def test_a_server_opens_again(open_server: OpenServer) -> None:
    one, other = open_server(), open_server()
    one.close()
    one.start().said.next(THERE)
    for member in together(one, other):
        member.socket.close()


def test_the_members_of_a_server_that_is_killed_have_left_within_10_s(child: ChildBroker) -> None:
    with Server(child.broker) as other, serving("--cluster", child.broker.url) as (program, address):
        other.said.next(THERE)
        program.wait_for_line(THERE)
        with RawClient(address, "ada") as ada, RawClient(other.address) as bob:
            bob.choose("bob")
            assert ada.wait_for("bob joined the chat")
            program.kill()
            bob.wait_for("ada left the chat!", 10)
            with RawClient(other.address, "ada"):
                assert bob.line() == "ada joined the chat"


def test_the_broker_ends_with_whoever_has_started_it() -> None:
    script = (
        "from chatlab.tcp.cluster.child_broker import ChildBroker\n"
        "print(ChildBroker().start().port, flush=True)\n"
        "input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin
    assert parent.stdout
    port = int(parent.stdout.readline())
    with RawClient(("127.0.0.1", port)) as client:
        assert client.line().startswith("INFO ")
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()
        client.rest()


def refusal(broker: Broker) -> str:
    """What a server says that can't use it."""
    with pytest.raises(NoBroker) as refused, Server(broker):
        pass
    return str(refused.value)


def test_a_broker_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--cluster", "nats://ada:secret@127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == (
        "no broker answers at nats://127.0.0.1:1: start one there (nats-server --jetstream), or leave --cluster away\n"
    )


def test_a_broker_that_keeps_nothing() -> None:
    with ChildBroker(0, "--jetstream=false") as child:
        assert refusal(child.broker).endswith(" keeps no nicknames: start it with --jetstream")


def test_something_else_than_a_broker() -> None:
    with TcpServer(port=0) as room:
        line = refusal(Broker(f"nats://ada:secret@127.0.0.1:{room.address[1]}"))
    assert line.endswith(f":{room.address[1]} is no NATS broker: is that its port? NATS has 4222 by default")
    assert "secret" not in line


@pytest.mark.parametrize(
    ("options", "credentials"),
    [(("--user", "ada", "--pass", "secret#1"), "ada:secret%231"), (("--auth", "secret"), "secret")],
    ids=["user and password", "token"],
)
def test_a_stranger_on_the_broker(options: tuple[str, ...], credentials: str) -> None:
    with ChildBroker(0, *options, credentials=credentials) as child:
        with Server(child.broker) as room:
            room.said.next(THERE)
            assert "secret" not in f"{child.broker!r} {room!r} {room.said.all}"
        for wrong in ("", "ada:sesame@", "sesame@"):
            line = refusal(Broker(f"nats://{wrong}127.0.0.1:{child.port}"))
            assert line.endswith(" wants another user and password, or token, in its URL")
            assert "sesame" not in line


def test_a_broker_that_speaks_tls(monkeypatch: pytest.MonkeyPatch, child: ChildBroker) -> None:
    certificate, key = ROOM
    with ChildBroker(0, "--tls", "--tlscert", str(certificate), "--tlskey", str(key)) as secure:
        broker = Broker(f"tls://127.0.0.1:{secure.port}")
        assert refusal(broker).startswith(f"the certificate at {broker} is signed by nobody whom you trust: ")
        monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
        with Server(broker) as room:
            room.said.next(THERE)
    plain = Broker(f"tls://ada:secret@127.0.0.1:{child.port}")
    assert refusal(plain) == (
        f"the broker at tls://127.0.0.1:{child.port} speaks no TLS: start it with --tls, or connect to nats://"
    )


def test_a_server_that_speaks_tls_is_one_room_with_others(child: ChildBroker, model: Model) -> None:
    with Server(child.broker) as one, Server(child.broker, model, tls=serving_tls()) as other:
        one.said.next(THERE)
        other.said.next(THERE)
        with RawClient(one.address, "ada") as ada, RawClient(other.address) as stranger:
            stranger.socket = SecuredSocket(stranger.socket)  # type: ignore[assignment]
            stranger.choose("bob")
            assert ada.line() == "bob joined the chat"
            stranger.say("sealed")
            assert ada.line() == "bob: sealed"


def test_a_server_among_many_can_be_too_large(child: ChildBroker, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--cluster", child.broker.url, "--max-members", "10001"]) == 2
    assert capsys.readouterr().err == "a server among many has at most 10,000 members: lower --max-members\n"
