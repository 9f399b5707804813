"""A server's connection to its broker: what nats-py does, with an end to each wait, and each mistake a sentence."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error, NoServersError, SecureConnRequiredError

from chatlab.room.errors import CantResolve, NoBroker
from chatlab.service.resolve import resolve
from chatlab.tcp.cluster.broker import DEFAULT_PORT, Broker
from chatlab.tcp.cluster.store import StreamStore
from chatlab.tcp.tls.distrust import distrust

# Seconds: for a connection; for an answer of the broker; to part from it; between two questions whether it is still
# there, of which it may leave two without an answer.
CONNECT_TIME, ANSWER_TIME, GOODBYE_TIME, ASK = 5, 5.0, 2.0, 2
# What may go wrong with a broker.
TROUBLE = (Error, OSError, asyncio.TimeoutError)


async def connect(broker: Broker, gone: asyncio.Event) -> Client:
    """A connection to `broker`, which sets `gone` when it ends. Raises one of TROUBLE."""

    async def end() -> None:
        gone.set()

    async def ignore(error: Exception) -> None:
        """What it is about is told otherwise."""

    client = _TlsClient() if broker.shown.startswith("tls:") else Client()
    try:
        connecting = client.connect(
            broker.shown,
            **broker.credentials,
            name="chatlab",
            no_echo=True,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=CONNECT_TIME,
            ping_interval=ASK,
            max_outstanding_pings=2,
            closed_cb=end,
            error_cb=ignore,
        )
        await asyncio.wait_for(connecting, CONNECT_TIME)
    except BaseException:
        await close(client)
        raise
    return client


async def close(client: Client) -> None:
    """End a connection, or what has become of one: nats-py may wait for ever for the end of a failed TLS handshake."""
    with suppress(*TROUBLE):
        await asyncio.wait_for(client.close(), GOODBYE_TIME)


async def try_broker(broker: Broker) -> None:
    """Raises NoBroker if it is of no use."""
    try:
        client = await connect(broker, asyncio.Event())
    except TROUBLE as error:
        raise NoBroker(why_it_is_of_no_use(broker, error)) from None
    try:
        await StreamStore(client.jetstream(timeout=ANSWER_TIME)).open()
    except TROUBLE:
        raise NoBroker(f"the broker at {broker} keeps no nicknames: start it with --jetstream") from None
    finally:
        await close(client)


def why_it_is_of_no_use(broker: Broker, error: Exception) -> str:
    """One line for one of TROUBLE, by which `connect` has failed."""
    match error:
        case SecureConnRequiredError():
            return f"the broker at {broker} speaks no TLS: start it with --tls, or connect to nats://"
        case ssl.SSLCertVerificationError():
            return distrust(
                error, broker.shown, broker.host, what="broker", by="the environment variable SSL_CERT_FILE"
            )
        case ssl.SSLError():
            return f"the broker at {broker} and this server agree on no TLS: {error}"
        case NoServersError():
            try:
                resolve(broker.host, broker.port, socket.SOCK_STREAM)
            except CantResolve as cause:
                return f"no broker answers at {broker}: {cause}"
            return f"no broker answers at {broker}: start one there (nats-server --jetstream), or leave --cluster away"
        case Error() if "authorization" in str(error).lower():
            return f"the broker at {broker} wants another user and password, or token, in its URL"
        case Error():
            return f"what answers at {broker} is no NATS broker: is that its port? NATS has {DEFAULT_PORT} by default"
        case _:
            return f"no broker answers at {broker} within {CONNECT_TIME} s: are that its host and its port?"


class _TlsClient(Client):
    """nats-py takes tls:// for a wish, and would tell a broker that speaks no TLS the password. This one does not."""

    def _connect_command(self) -> bytes:  # what holds the password
        if not self._server_info.get("tls_required"):
            raise SecureConnRequiredError
        return super()._connect_command()
