"""A server's connection to its broker: what nats-py does, with an end to each wait, and each mistake a sentence."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error, SecureConnRequiredError

from chatlab.room.errors import NoBroker
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.store import StreamStore

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
            broker.url,
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
    except SecureConnRequiredError:
        raise NoBroker(f"the broker at {broker} speaks no TLS: start it with --tls, or connect to nats://") from None
    except TROUBLE as error:
        if "authorization" in str(error).lower():
            raise NoBroker(f"the broker at {broker} wants another user and password, or token, in its URL") from None
        raise NoBroker(
            f"no broker answers at {broker}: start one there (nats-server --jetstream), or leave --cluster away"
        ) from None
    try:
        await StreamStore(client.jetstream(timeout=ANSWER_TIME)).open()
    except TROUBLE:
        raise NoBroker(f"the broker at {broker} keeps no nicknames: start it with --jetstream") from None
    finally:
        await close(client)


class _TlsClient(Client):
    """nats-py takes tls:// for a wish, and would tell a broker that speaks no TLS the password. This one does not."""

    def _connect_command(self) -> bytes:  # what holds the password
        if not self._server_info.get("tls_required"):
            raise SecureConnRequiredError
        return super()._connect_command()
