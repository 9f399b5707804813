"""From a trace's records to the arrows of its picture, in the order in which they left. Pure."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter

from chatlab.trace.arrows.arrow import Arrow
from chatlab.trace.arrows.tcp_arrows import tcp_arrows
from chatlab.trace.arrows.udp_arrows import udp_arrows
from chatlab.trace.records import Record, Snapshot, Transport


def arrows_of(snapshot: Snapshot) -> list[Arrow]:
    """What passes a relay is drawn as the relay saw it, and not once more on either side of it."""
    records = sorted(
        (record for record in snapshot.records if snapshot.relays.isdisjoint((record.source, record.destination))),
        key=attrgetter("time"),
    )
    udp = udp_arrows((record for record in records if record.transport is Transport.UDP), snapshot.watched)
    tcp = tcp_arrows(
        (_end_to_end(record, snapshot) for record in records if record.transport is Transport.TCP), snapshot.watched
    )
    return sorted(udp + tcp, key=attrgetter("left"))


def _end_to_end(record: Record, snapshot: Snapshot) -> Record:
    if whole := snapshot.relayed.get((record.source, record.destination)):
        return replace(record, source=whole[0], destination=whole[1])
    return record
