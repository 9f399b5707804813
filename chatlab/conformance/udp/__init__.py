"""The UDP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance import nicknames, texts
from chatlab.conformance.case import cases_of
from chatlab.conformance.suite import Suite
from chatlab.conformance.udp import leases, membership, strangers, talk
from chatlab.conformance.udp.scene import UdpScene

LESSONS = {
    5: frozenset(
        {
            "everyone hears who joins",
            "everyone hears who leaves",
            "a repeated sign up is answered to that address alone",
            "a member keeps its nickname",
            "who has left hears nothing more",
            "nobody signs out another",
            "everyone hears what is said",
            "the own nickname is not doubled",
            "what looks like a command can be said",
            "the longest text arrives whole",
            "nobody speaks as another",
            "a nickname is free when its owner has left",
            "a stranger cannot speak",
            "a stranger hears nothing",
            "no bytes end the room",
        }
    ),
    6: frozenset(),  # all that is left
}
SUITE = Suite(UdpScene, cases_of(membership, leases, talk, nicknames, texts, strangers), LESSONS)
