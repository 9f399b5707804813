"""The parts of exercises 00, 01, 02 and 04 at work, each on sockets: what they do is printed, or seen in a panel.

`learner` has what the learner's file defines.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from queue import Empty
from typing import Any

from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse
from chatlab.service.interfaces import HasAddress
from chatlab.udp.client import UdpClient
from chatlab.udp.protocol import MAX_DATAGRAM, Say, SignOut, SignUp

PATIENCE = 1.0  # for an answer, in seconds


def greet(learner: Any, room: HasAddress | tuple[str, int], nickname: str) -> None:
    """Have `nickname` greeted in the room, by a client that comes for this and goes again."""
    with UdpClient("greeter", room) as client:
        learner.greet(client, nickname)


def send_receipts(learner: Any, texts: Iterable[str]) -> None:
    """Have a receipt sent for each of `texts`."""
    texts = list(texts)
    with _socket() as theirs, _socket() as ours:
        for text in texts:
            ours.sendto(_checked(text.encode()), theirs.getsockname())
        learner.send_receipts(theirs, len(texts))
        for text in texts:
            receipt = _answer(ours)
            print(f"{text!r}:", "no receipt" if receipt is None else receipt.decode("utf-8", "replace"))


def speak(learner: Any, room: Address, nickname: str, texts: Iterable[str]) -> None:
    """Sign up, say `texts` and sign out, in datagrams that the learner's code builds and answers that it parses."""
    with _socket() as sock:
        for request in (SignUp(nickname), *map(Say, texts), SignOut()):
            datagram = learner.build_request(request, nickname)
            sock.sendto(_checked(datagram), room)
            print(request, "goes out as", datagram)
            if request != SignOut() and (answer := _answer(sock)) is not None:
                print("   ", answer, "comes back, which is", learner.parse_answer(answer))


def receive(learner: Any, texts: Iterable[str]) -> None:
    """Have `texts` received in the learner's thread, which then is stopped."""
    with _socket() as theirs, _socket() as ours:
        theirs.settimeout(None)
        datagrams = [(text, _checked(text.encode())) for text in texts]
        receiver = learner.Receiver(theirs)
        receiver.start()
        for text, datagram in datagrams:
            ours.sendto(datagram, theirs.getsockname())
            try:
                print(f"Sent {text!r}, and got {receiver.messages.get(timeout=PATIENCE)!r} out of the queue.")
            except Empty:
                print(f"Sent {text!r}, and nothing came into the queue.")
        told_at = time.monotonic()
        receiver.stop()
        print(f"stop() returned after {time.monotonic() - told_at:.3f} s.")


def _socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(PATIENCE)
    return sock


def _checked(datagram: bytes) -> bytes:
    """Raises CantUse if it is too long."""
    if len(datagram) > MAX_DATAGRAM:
        raise CantUse(f"This message is longer than {MAX_DATAGRAM:,} bytes: no datagram can carry it.")
    return datagram


def _answer(sock: socket.socket) -> bytes | None:
    try:
        return sock.recv(MAX_DATAGRAM)
    except TimeoutError:
        return None
