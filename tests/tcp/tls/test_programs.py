"""The programs' options for TLS."""

from __future__ import annotations

import pytest

from chatlab.tcp import client, server
from chatlab.tcp.server import TcpServer
from tests.programs import Program
from tests.tcp.tls.contexts import AUTHORITY, CERTIFICATES, ROOM, serving


def test_a_room_and_a_client_as_programs() -> None:
    with Program("-m", "chatlab.tcp.server", "--port", "0", "--tls", *map(str, ROOM)) as room:
        line = room.wait_for_line("Join it: ")
        typed = line.partition(" -m ")[2].split()
        assert typed[1] == "--tls"
        with Program("-m", *typed, "--ca", str(AUTHORITY), "--nick", "ada") as ada:
            ada.wait_for_line("ada joined!")
            ada.end_input()
            assert ada.wait() == 0
            assert ada.errors == ""
        room.press_ctrl_c()
        assert room.wait() == 0
        assert room.errors == ""


def test_who_does_not_trust_the_room_ends_with_one_line() -> None:
    with TcpServer(port=0, tls=serving("expired")) as room:
        where = ("--port", str(room.address[1]), "--nick", "ada")
        with Program("-m", "chatlab.tcp.client", *where, "--tls", "--ca", str(AUTHORITY)) as ada:
            assert ada.wait() == 2
            assert ada.errors == (
                f"the certificate at 127.0.0.1:{room.address[1]} has expired: whoever runs the room has to renew it\n"
            )


MISSING = str(CERTIFICATES / "missing.pem")


@pytest.mark.parametrize(
    ("main", "typed", "says"),
    [
        (server.main, ["--tls", MISSING, str(ROOM[1])], f"argument --tls: can't read {MISSING}: "),
        (server.main, ["--tls", str(ROOM[0])], "argument --tls: expected 2 arguments"),
        (client.main, ["--tls", "--ca", MISSING], f"argument --ca: can't read {MISSING}: "),
        (client.main, ["--ca", str(AUTHORITY)], "argument --ca: it goes with --tls: give that, too"),
    ],
)
def test_a_mistake_is_one_line(main: object, typed: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(typed)  # type: ignore[operator]
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_what_is_given_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def see(*arguments: object, tls: object = None, **options: object) -> None:
        seen.append(tls)

    monkeypatch.setattr(server, "TcpServer", see)
    monkeypatch.setattr(server, "run_server", lambda make: make(print) or 0)
    monkeypatch.setattr(client, "TcpClient", see)
    monkeypatch.setattr(client, "run_client", lambda make, nickname: make("ada") or 0)
    server.main(["--tls", *map(str, ROOM)])
    client.main(["--tls", "--ca", str(AUTHORITY)])
    client.main(["--tls"])
    assert [type(context).__name__ for context in seen] == ["SSLContext"] * 3
    trusted = seen[1].get_ca_certs()  # type: ignore[attr-defined]
    assert [dict(name[0] for name in one["subject"])["organizationName"][:7] for one in trusted] == ["trustme"]
    seen.clear()
    server.main([])
    client.main([])
    assert seen == [None, None]
