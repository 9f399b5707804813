"""A TCP socket that counts how often somebody receives at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from chatlab.grading.for_checks.receivers import Receivers
from chatlab.grading.for_checks.threads import refuse_to_wait_here


class CountedStream(socket.socket):
    """It is real in all else. `not_in`: this thread may not receive here."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.not_in: threading.Thread | None = None
        self._receivers = Receivers()

    @property
    def receives(self) -> int:
        """How often a receive was begun."""
        return self._receivers.begun

    @property
    def was_closed(self) -> bool:
        return self.fileno() == -1

    def wait_for_receives(self, number: int, seconds: float) -> None:
        """Until receiving was begun `number` times; `seconds` for each, as one may also wait in select."""
        self._receivers.wait_for_begins(number, seconds)

    def recv(self, *arguments: Any) -> bytes:
        return self._counted(super().recv, arguments)  # type: ignore[no-any-return]

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        return self._counted(super().recv_into, arguments, **named)  # type: ignore[no-any-return]

    def recvfrom(self, *arguments: Any) -> tuple[bytes, Any]:
        return self._counted(super().recvfrom, arguments)  # type: ignore[no-any-return]

    def recvfrom_into(self, *arguments: Any, **named: Any) -> tuple[int, Any]:
        return self._counted(super().recvfrom_into, arguments, **named)  # type: ignore[no-any-return]

    def recvmsg(self, *arguments: Any) -> tuple[bytes, list[Any], int, Any]:
        return self._counted(super().recvmsg, arguments)  # type: ignore[no-any-return]

    def recvmsg_into(self, *arguments: Any) -> tuple[int, list[Any], int, Any]:
        return self._counted(super().recvmsg_into, arguments)  # type: ignore[no-any-return]

    def _counted(self, receive: Callable[..., Any], arguments: tuple[Any, ...], **named: Any) -> Any:
        if threading.current_thread() is self.not_in:
            refuse_to_wait_here()
        with self._receivers.one_more():
            return receive(*arguments, **named)
