"""The broker's store of nicknames: a JetStream stream that keeps one message a key, in the broker's memory.

This is what NATS' key-value stores are made of. They leave a marker where a key is deleted, and keep it; a stream of
one's own deletes by the number of the message. See "Streams" and "Key/Value Store" in the NATS documentation.
"""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from chatlab.tcp.cluster.names import Entry

STREAM = "chatlab-nicknames"
_SUBJECT = "chatlab.nickname."
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
# Of an APIError: the last message of the subject is another one (JSStreamWrongLastSequenceErrF and its like).
_IS_ANOTHER = (10071, 10164)


class StreamStore:
    """See `chatlab.tcp.cluster.names.Store`. What it raises: nats.errors.Error, or TimeoutError."""

    def __init__(self, stream: JetStreamContext) -> None:
        self._stream = stream

    async def open(self) -> None:
        """Make the stream, if the broker has none, or has forgotten it."""
        config = StreamConfig(
            name=STREAM, subjects=[f"{_SUBJECT}*"], storage=StorageType.MEMORY, max_msgs_per_subject=1
        )
        await self._stream.add_stream(config)

    async def create(self, key: str, server: str) -> bool:
        return await self.replace(key, server, 0)

    async def replace(self, key: str, server: str, revision: int) -> bool:
        try:
            await self._stream.publish(_subject(key), server.encode(), headers={_EXPECTED: str(revision)})
        except APIError as error:
            if error.err_code in _IS_ANOTHER:
                return False
            raise
        return True

    async def get(self, key: str) -> Entry | None:
        try:
            message = await self._stream.get_last_msg(STREAM, _subject(key))
        except NotFoundError:
            return None
        return Entry((message.data or b"").decode(), message.seq or 0)

    async def delete(self, revision: int) -> None:
        try:
            await self._stream.delete_msg(STREAM, revision)
        except APIError as error:
            if error.code not in (400, 404):  # somebody has replaced it meanwhile
                raise


def _subject(key: str) -> str:
    return f"{_SUBJECT}{key.encode().hex()}"
