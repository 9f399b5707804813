"""The UDP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance.case import Suite, cases_of
from chatlab.conformance.udp import membership, nicknames, strangers, talk
from chatlab.conformance.udp.peers import UdpScene

SUITE = Suite(UdpScene, cases_of(membership, nicknames, talk, strangers))
