"""How pytest-xdist is to hand out the checks: all of them, in their order, to one worker.

When the worker dies, the check that it was making is over, and the next worker goes on with the next one. (xdist's own
schedulers make that check again, or lose those after it.)
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from xdist.workermanage import WorkerController


class InOrder:
    """What xdist calls a scheduler (`xdist.scheduler.protocol`), for one worker at a time."""

    def __init__(self) -> None:
        self.nodes: list[WorkerController] = []
        self._checks: list[str] | None = None
        self._pending: list[int] = []
        self._started: set[WorkerController] = set()

    @property
    def collection_is_completed(self) -> bool:
        return self._checks is not None

    @property
    def tests_finished(self) -> bool:
        return self.collection_is_completed and not self._pending

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    def add_node(self, node: WorkerController) -> None:
        self.nodes.append(node)

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        if self._checks is None:
            self._checks = list(collection)
            self._pending = list(range(len(collection)))

    def schedule(self) -> None:
        for node in self.nodes:
            if node not in self._started:
                self._started.add(node)
                node.send_runtest_some(self._pending)
                node.shutdown()  # after these

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        self._pending.remove(item_index)

    def mark_test_pending(self, item: str) -> None:
        raise NotImplementedError

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> None:
        raise NotImplementedError

    def remove_node(self, node: WorkerController) -> str | None:
        """The check that `node` was making, if there was one. Raises KeyError if `node` is gone already."""
        if self._checks is None:
            pytest.exit("the process that makes the checks could not start: see above", pytest.ExitCode.INTERNAL_ERROR)
        if node not in self.nodes:
            raise KeyError(node)
        self.nodes.remove(node)
        return self._checks[self._pending.pop(0)] if self._pending else None
