"""Servers are killed and the broker restarted while members talk: `python -m tests.tcp.cluster.chaos [SECONDS] [SEED]`.

Then, for each line and each member that was there from before it was said until well after it:
- heard once, if the broker was there for both servers; if not, once at most, and once on the speaker's own server;
- those of one speaker in the order in which they were said;
- each that has gone is told once.
"""

from __future__ import annotations

import random
import re
import selectors
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count

from chatlab.tcp.cluster.child_broker import ChildBroker
from tests.programs import LIMIT
from tests.tcp.raw_client import RawClient

SERVERS, MEMBERS = 3, 3  # of each server
PAUSE = 0.1  # seconds between two lines of a member
MARGIN = 1.5  # seconds that something may be under way
DOWN = 1.0  # seconds for which the broker is gone
TOLD = 10.0  # seconds after which all have been told that a killed server's members have left


@dataclass(eq=False)
class Server:
    """A process. `whole`: the times from which and until which it was one room with the others."""

    process: subprocess.Popen[str]
    address: tuple[str, int]
    whole: list[tuple[float, float]] = field(default_factory=list)
    there: threading.Event = field(default_factory=threading.Event)
    since: float = 0.0

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if "the broker is there" in line:
                self.since = time.monotonic()
                self.there.set()


@dataclass(eq=False)
class Member:
    name: str
    server: Server
    client: RawClient
    came: float
    went: float = float("inf")
    said: list[float] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


class Chaos:
    """What happens is up to `seed`, but for the times that it takes. A context manager."""

    def __init__(self, seed: int) -> None:
        self.members: list[Member] = []
        self._choose = random.Random(seed)
        self._numbers = count()
        self._stack = ExitStack()
        self._selector = self._stack.enter_context(selectors.DefaultSelector())
        self._broker = self._stack.enter_context(ChildBroker())
        self._servers: list[Server] = []

    def __enter__(self) -> Chaos:
        with ExitStack() as stack:
            stack.push(self)
            for _ in range(SERVERS):
                self.start()
            stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        for server in tuple(self._servers):
            self._end(server)
        self._stack.close()

    def start(self) -> None:
        """A server, with its members."""
        arguments = ("-m", "chatlab.tcp.server", "--port", "0", "--cluster", self._broker.broker.url)
        process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        server = Server(process, ("127.0.0.1", int(process.stdout.readline().split()[-1])))
        self._servers.append(server)
        reader = threading.Thread(target=server.read, name="chaos-log")
        reader.start()
        self._stack.callback(reader.join)
        assert server.there.wait(LIMIT)
        for _ in range(MEMBERS):
            name = f"m{next(self._numbers)}"
            member = Member(name, server, RawClient(server.address, name), time.monotonic())
            self._selector.register(member.client.socket, selectors.EVENT_READ, member)
            self.members.append(member)

    def kill(self) -> None:
        """A server."""
        self._end(self._choose.choice(self._servers))

    def stop_broker(self) -> None:
        for server in self._servers:
            server.whole.append((server.since, time.monotonic()))
            server.there.clear()
        self._broker.close()

    def start_broker(self) -> None:
        self._broker.start()
        for server in self._servers:
            assert server.there.wait(LIMIT)

    def talk(self, seconds: float) -> None:
        """All who are there, for so long."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for member in self.members:
                if member.went > now:
                    member.client.say(f"{len(member.said)}")
                    member.said.append(now)
            self._listen(min(end, now + PAUSE))

    def finish(self) -> None:
        """What is under way arrives; the servers have been whole until now."""
        self._listen(time.monotonic() + MARGIN)
        for server in self._servers:
            server.whole.append((server.since, time.monotonic()))

    def faults(self) -> list[str]:
        """What went wrong."""
        return [fault for hearer in self.members for fault in self._faults_of(hearer)]

    def _listen(self, end: float) -> None:
        while (left := end - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                key.data.heard += key.data.client.lines()

    def _end(self, server: Server) -> None:
        self._servers.remove(server)
        now = time.monotonic()
        server.whole.append((server.since, now))
        for member in self.members:
            if member.server is server:
                self._selector.unregister(member.client.socket)
                member.client.socket.close()
                member.went = now
        server.process.kill()
        server.process.wait()
        assert server.process.stdout
        self._stack.callback(server.process.stdout.close)

    def _faults_of(self, hearer: Member) -> list[str]:
        lines = Counter(hearer.heard)
        faults = []
        for speaker in self.members:
            if speaker is hearer:
                continue
            heard = [int(line.split()[1]) for line in hearer.heard if re.fullmatch(rf"{speaker.name}: \d+", line)]
            who = f"{hearer.name} of {speaker.name}"
            if heard != sorted(set(heard)):
                faults.append(f"{who}: twice, or in another order: {heard}")
            missing = set(range(len(speaker.said))) - set(heard)
            if lost := [n for n in missing if self._has_to_be_heard(speaker, hearer, speaker.said[n])]:
                faults.append(f"{who}: lost {sorted(lost)}")
            goes = lines[f"{speaker.name} left the chat!"]
            has_to_go = hearer.came < speaker.went < hearer.went - TOLD
            if goes > 1 or (has_to_go and not goes) or (goes and speaker.went == float("inf")):
                faults.append(f"{who}: told {goes} times that it left")
        return faults

    def _has_to_be_heard(self, speaker: Member, hearer: Member, said: float) -> bool:
        if not (hearer.came < said and max(said, hearer.came) + MARGIN < min(hearer.went, speaker.went)):
            return False
        if speaker.server is hearer.server:
            return True
        return all(
            any(begin < said and said + MARGIN < end for begin, end in member.server.whole)
            for member in (speaker, hearer)
        )


def run(seconds: float, seed: int) -> list[str]:
    """What went wrong. A server is killed every 10 s, and the broker restarted twice."""
    choose = random.Random(seed)
    broker_at = [seconds * part for part in sorted(choose.uniform(0.1, 0.8) for _ in range(2))]
    began = time.monotonic()
    with Chaos(seed) as chaos:
        for turn in range(max(1, round(seconds / 10))):
            chaos.talk(2)
            if broker_at and time.monotonic() - began >= broker_at[0]:
                del broker_at[0]
                chaos.stop_broker()
                chaos.talk(DOWN)
                chaos.start_broker()
            chaos.talk(max(0, min(seconds, 10 * turn + 6) - (time.monotonic() - began)))
            chaos.kill()
            chaos.start()
        chaos.talk(TOLD)
        chaos.finish()
        said = sum(len(member.said) for member in chaos.members)
        print(f"seed {seed}: {said:,} lines of {len(chaos.members)} members")
        return chaos.faults()


if __name__ == "__main__":
    faults = run(float(sys.argv[1]) if sys.argv[1:] else 60, int(sys.argv[2]) if sys.argv[2:] else 7)
    print(*faults, sep="\n")
    sys.exit(bool(faults))
