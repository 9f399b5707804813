"""What a chat costs that has more people than one server can serve: a small model, of lesson 18. Pure.

It counts what is delivered, as that is what a server's time goes into, and what the broker carries. The numbers of one
machine were measured here: `python -m chatlab.bench` says those of yours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

# A CPU's deliveries a second (selectors; fewer where each line goes out by itself, more where many go together);
# messages a second from one Python to another through the broker; connections that one server held.
DELIVERIES, CARRIED, CONNECTIONS = 250_000, 155_000, 10_000
STAYS = 3600  # seconds that somebody is in the room
COUNTED = 5  # seconds between two numbers of who is here


@dataclass(frozen=True, slots=True)
class Cost:
    """In each second: what the members have `said`, what is delivered of it (`lines`) and of who comes and goes
    (`presence`), and the messages that the broker has `carried` to servers. `servers`: how many it takes for that.
    """

    said: float
    lines: float
    presence: float
    servers: int
    carried: float

    @property
    def brokers(self) -> int:
        return ceil(self.carried / CARRIED)


def cost(people: int, rooms: int = 1, lines: float = 1, *, by_count: bool = False) -> Cost:
    """`people` in `rooms` of the same size, each of whom says so many `lines` a minute.

    `by_count`: nobody hears who comes and goes; each hears every COUNTED seconds how many are here.
    """
    others = max(0.0, people / rooms - 1)  # whom each one reaches
    said = people * lines / 60
    comings = people * 2 / STAYS
    presence = people / COUNTED if by_count else comings * others
    delivered = said * others
    servers = max(1, ceil((delivered + presence) / DELIVERIES), ceil(people / CONNECTIONS))
    reach = min(servers, others + 1) - 1  # other servers on which somebody is in the same room
    published = said + (0 if by_count else comings)
    return Cost(said, delivered, presence, servers, published * max(0.0, reach))


def table(sizes: Iterable[int], rooms: int = 1, lines: float = 1, *, by_count: bool = False) -> str:
    """A line for each number of people. `rooms`: at least one, at most as many as there are people."""
    rows = [f"{'people':>12}{'lines/s to members':>22}{'comings, goings/s':>22}{'servers':>13}{'brokers':>12}"]
    for people in sizes:
        row = cost(people, max(1, min(rooms, people)), lines, by_count=by_count)
        rows.append(f"{people:>12,}{row.lines:>22,.0f}{row.presence:>22,.0f}{row.servers:>13,}{row.brokers:>12,}")
    return "\n".join(rows)
