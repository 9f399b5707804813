"""The three concurrency models, by name, and the verbs that all three answer.

    threads     chatlab.tcp.models.threads     two threads a client: one reads, one writes
    selectors   chatlab.tcp.models.selectors   one thread that waits for all sockets at once
    asyncio     chatlab.tcp.models.asyncio     the same by asyncio's loop

A model only moves bytes: it feeds the chat, sends what the chat says, and closes what the chat is done with. All three
answer the same verbs: serve, hear, deliver, lose, close.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Literal, Protocol, get_args

from chatlab.tcp.delivery import Delivery
from chatlab.tcp.models.chat import Chat
from chatlab.tcp.models.selectors import SelectorsModel
from chatlab.tcp.models.threads import ThreadsModel
from chatlab.tcp.models.threads_table import Spawn

Model = Literal["threads", "selectors", "asyncio"]
MODELS: tuple[Model, ...] = get_args(Model)
# On Windows, `select` takes 512 sockets, and a room has up to 1,000 members. asyncio's loop does not use it there.
DEFAULT_MODEL: Model = "asyncio" if sys.platform == "win32" else "selectors"


class Serving(Protocol):
    """A model at work: its five verbs. `threads`: what each of its threads does, by name.

    What `hear` is told of a peer is the model's own. All but `close` are called by the room's own threads.
    """

    @property
    def threads(self) -> Mapping[str, Callable[[], None]]: ...
    def serve(self) -> None: ...
    def hear(self, peer: Any, told: Any, /) -> None: ...
    def deliver(self, deliveries: list[Delivery[Any]]) -> None: ...
    def lose(self, peer: Any) -> None: ...
    def close(self) -> None: ...


def serving(model: Model, listener: socket.socket, chat: Chat[Any], resources: ExitStack, spawn: Spawn) -> Serving:
    """`model`, which is to serve `chat` to all that connect to `listener`. What it opens goes to `resources`."""
    match model:
        case "threads":
            return ThreadsModel(listener, chat, resources, spawn)
        case "selectors":
            return SelectorsModel(listener, chat, resources)
        case "asyncio":
            from chatlab.tcp.models.asyncio import AsyncioModel  # noqa: PLC0415  # slow to import

            return AsyncioModel(listener, chat, resources)
