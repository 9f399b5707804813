"""The TCP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance import nicknames, texts
from chatlab.conformance.case import cases_of
from chatlab.conformance.suite import Suite
from chatlab.conformance.tcp import foreign, handshake, leaving, stream, talk
from chatlab.conformance.tcp.scene import TcpScene

SUITE = Suite(TcpScene, cases_of(handshake, talk, leaving, nicknames, texts, stream, foreign))
