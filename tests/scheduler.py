"""How pytest-xdist hands out the tests: those of a file `…_alone.py` last, when no other test runs any more.

They measure how fast something is, and must not share the processors.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ALONE = "alone"
# Folders whose tests keep a processor busy. One worker has them, one test after the other; those of the rest wait.
BUSY = ("browser", "notebooks")


class AloneLast(LoadScopeScheduling):
    """A worker gets one test after the other, but one worker all that are BUSY. So one JupyterLab is enough, too.

    A worker runs a test once it knows the next one, or that there is none. So the last worker keeps one test until the
    others have ended. A test that ended its worker, as one does at its time limit, is not run again.
    """

    def remove_node(self, node: WorkerController) -> str | None:
        """The test that `node` was running, if it did not end in good order."""
        units = self.assigned_work.pop(node)
        left = [(unit, test) for unit in units.values() for test, is_done in unit.items() if not is_done]
        if left:
            unit, ended_by = left[0]
            unit[ended_by] = True
        self.workqueue.update({name: unit for name, unit in units.items() if not all(unit.values())})
        for other in self.nodes:
            self._reschedule(other)
        return left[0][1] if left else None

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.stem.endswith(f"_{ALONE}"):
            return ALONE
        return "busy" if file.parent.name in BUSY else nodeid

    def _reschedule(self, node: WorkerController) -> None:
        if node in self.registered_collections:  # or else it is starting yet
            super()._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if ALONE in self.workqueue:
            self.workqueue.move_to_end(ALONE)
        if next(iter(self.workqueue)) != ALONE or self.nodes == [node]:
            super()._assign_work_unit(node)
        elif not all(other.shutting_down for other in self.nodes if other is not node):
            node.shutdown()
