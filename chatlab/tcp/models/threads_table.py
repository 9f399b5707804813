"""The clients of the threads room, each with its two threads: it is in the table until both have ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from chatlab.tcp.models.threads_peer import Peer
from chatlab.tcp.sockets import wake


class Spawn(Protocol):
    """Starts a thread of the room. Raises RuntimeError where the system has none left."""

    def __call__(self, name: str, work: Callable[..., object], *arguments: object) -> None: ...


class PeerTable(dict[Peer, None]):
    """`lock`: the room's, which guards the table too."""

    def __init__(self, lock: threading.RLock, spawn: Spawn) -> None:
        super().__init__()
        self._lock = lock
        self._spawn = spawn
        self._gone = threading.Condition(lock)  # a peer has

    def add(self, peer: Peer, *threads: tuple[str, Callable[[], None]]) -> None:
        """`threads`: the name and the work of each of its two."""
        with self._lock:
            self[peer] = None
        for name, work in threads:
            try:
                self._spawn(name, self._use, peer, work)
            except RuntimeError:  # the system has no thread left, or the room is closing
                peer.end()
                wake(peer.socket)
                self._release(peer)

    def wake_late(self) -> None:
        """Wake the threads of peers that are late in ending."""
        with self._lock:
            for peer in self:
                if peer.is_late:
                    wake(peer.socket)

    def wait(self, seconds: float) -> None:
        """Until one has gone."""
        with self._lock:
            self._gone.wait(seconds)

    def end_all(self) -> None:
        """A room that has failed could not tell them."""
        with self._lock:
            for peer in self:
                peer.end()
                wake(peer.socket)

    def close_all(self) -> None:
        """Close the connections that a room leaves behind when it has failed."""
        for peer in self:
            peer.socket.close()

    def _use(self, peer: Peer, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._release(peer)

    def _release(self, peer: Peer) -> None:
        """One thread of `peer` less; after the last one, nobody uses its socket."""
        with self._lock:
            peer.users -= 1
            if not peer.users:
                del self[peer]
                peer.close()
                self._gone.notify()
