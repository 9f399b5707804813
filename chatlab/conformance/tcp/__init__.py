"""The TCP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance.case import Suite, cases_of
from chatlab.conformance.tcp import handshake, stream, talk
from chatlab.conformance.tcp.peers import TcpScene

SUITE = Suite(TcpScene, cases_of(handshake, talk, stream))
