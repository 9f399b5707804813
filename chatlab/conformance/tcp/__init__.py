"""The TCP room's cases: `SUITE.run((host, port))`."""

from chatlab.conformance import nicknames, texts
from chatlab.conformance.case import cases_of
from chatlab.conformance.suite import Suite
from chatlab.conformance.tcp import foreign, handshake, leaving, stream, talk
from chatlab.conformance.tcp.scene import TcpScene

LESSONS = {
    10: frozenset(
        {
            "what the room says ends with a newline",
            "a newcomer is asked and let in",
            "the tenth nickname may be right",
            "ten wrong nicknames are the end",
        }
    ),
    11: frozenset(
        {
            "a newcomer does not hear of itself",
            "everyone else hears who joins",
            "who has no nickname hears nothing",
            "who has no nickname does not shut the door",
            "a taken nickname is refused",
            "no echo",
            "everyone else hears what is said",
            "an empty line is not sent on",
            "lines keep their order",
            "nothing is lost when many talk",
            "nobody speaks as another",
            "nobody speaks for the room",
            "what a member says is no command",
            "carriage returns are dropped",
            "a line may come one byte at a time",
            "lines may come in one piece",
            "a piece may end anywhere",
            "the longest line arrives whole",
        }
    ),
    12: frozenset(
        {
            "everyone else hears who leaves",
            "the end of the stream is a goodbye",
            "a reset is a goodbye",
            "who never came in does not leave",
            "a nickname is free when its owner has left",
            "a line cut short is not sent on",
        }
    ),
    13: frozenset(
        {
            "a longer line is the end",
            "a line without end is the end",
            "who does not read is dropped",
            "who talks too much loses nothing",
            "who does not choose is cut off",
            "who sends a byte a second is cut off",
            "who ends its stream is out soon",
            "a full room refuses",
        }
    ),
    14: frozenset(),  # all that is left: nicknames and texts of strangers, other protocols, telnet
}
SUITE = Suite(TcpScene, cases_of(handshake, talk, leaving, nicknames, texts, stream, foreign), LESSONS)
