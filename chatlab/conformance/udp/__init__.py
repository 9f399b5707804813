"""The UDP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance import nicknames, texts
from chatlab.conformance.case import cases_of
from chatlab.conformance.suite import Suite
from chatlab.conformance.udp import membership, strangers, talk
from chatlab.conformance.udp.scene import UdpScene

SUITE = Suite(UdpScene, cases_of(membership, talk, nicknames, texts, strangers))
