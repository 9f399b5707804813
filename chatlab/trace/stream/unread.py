"""How much of each stream `send` has taken and `recv` has not given yet. Pure.

These bytes are in the kernels' buffers, or on their way. No system has to be asked, so it is the same on all of them.
"""

from __future__ import annotations

from collections import Counter

from chatlab.trace.records import Snapshot, Step, Transport, Way

SIGN = {Step.SENT: 1, Step.RECEIVED: -1}


def unread(snapshot: Snapshot) -> dict[Way, int]:
    """In bytes. For streams of which both ends are watched."""
    found: Counter[Way] = Counter()
    sizes = [(step, (source, destination), size) for (step, source, destination), size in snapshot.forgotten.items()]
    sizes += [
        (record.step, (record.source, record.destination), len(record.data))
        for record in snapshot.records
        if record.transport is Transport.TCP
    ]
    for step, way, size in sizes:
        found[snapshot.relayed.get(way, way)] += SIGN.get(step, 0) * size
    # What a send took may be received before the send is written down.
    return {way: max(0, size) for way, size in found.items() if snapshot.watched.issuperset(way)}
