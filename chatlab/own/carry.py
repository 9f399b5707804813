"""Messages of a learner's code through a network in simulated time: what ex07 makes of them, what ex08 carries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatlab.udp.reliable.frames import Acknowledgement, Numbered, build_frame, parse_frame
from chatlab.weather.simulated import SESSION, SimulatedNetwork

EVERY = 0.01  # seconds between two messages of ex07
TICK = 0.02  # seconds of simulated time between two ticks of ex08
LONGEST = 60.0  # seconds of simulated time; whoever takes longer is stopped


def count_arrivals(arrivals: Any, network: SimulatedNetwork, count: int) -> None:
    """Send `count` numbered messages, and print what `arrivals` says of each that arrives."""
    came = []
    for number in range(count):
        network.send("ada", "bob", b"message %d" % number)
        while arrival := network.receive(until=(number + 1) * EVERY):
            came.append((network.now, arrival))
    while arrival := network.receive():
        came.append((network.now, arrival))
    for time, arrival in came:
        number = int(arrival.datagram.split()[1])
        print(f"{time:.3f} s  message {number:2}  {getattr(was := arrivals.arrived(number), 'name', was)}")
    print("missing:", *arrivals.missing() or ["none"])


def carry(texts: Iterable[str], sender: Any, receiver: Any, message: Any, network: SimulatedNetwork) -> None:
    """Send `texts` from ada to bob, and print what bob hands on. `message`: makes what `receiver` takes."""
    wanted, delivered = list(texts), []
    acknowledged: set[int] = set()

    def send(sent: Any) -> None:
        if sent is not None:
            network.send("ada", "bob", build_frame(Numbered(SESSION, sent.number, sent.payload)))

    try:
        for text in wanted:
            send(sender.send(text.encode(), network.now))
        while len(acknowledged) < len(wanted) and network.now < LONGEST:
            arrival = network.receive(until=network.now + TICK)
            frame = parse_frame(arrival.datagram) if arrival else None
            if isinstance(frame, Numbered):
                reaction = receiver.receive(message(frame.number, frame.payload))
                if reaction.hand_on is not None:
                    delivered.append(reaction.hand_on.decode())
                if reaction.acknowledge is not None:
                    network.send("bob", "ada", build_frame(Acknowledgement(SESSION, reaction.acknowledge)))
            elif isinstance(frame, Acknowledgement):
                acknowledged.add(frame.number)
                send(sender.acknowledge(frame.number, network.now))
            else:
                send(sender.tick(network.now))
    except ConnectionError as error:
        print(f"Ada's sender gives up after {network.now:.1f} s: {error}")
    print("Bob is handed:", *(delivered or ["nothing"]), sep="\n  ")
    if delivered == wanted:
        print(f"All of it, once and in order, after {network.now:.1f} s.")
