"""ex02 Parse and build. About 30 minutes. Lesson: notebooks/02_a_protocol.ipynb

All messages of the room: from bytes to values, and back. Requests go to the room, answers come from it. The lesson's
two tables say what they look like. Texts stay as they are: to clean them is the room's work.
"""

from chatlab.room.events import Joined, Left, Refused, Said
from chatlab.udp.protocol import KeepAlive, Say, SignOut, SignUp

# TODO: four functions. Write the first, check it; then one after the other.


def parse_request(datagram: bytes) -> SignUp | SignOut | KeepAlive | Say:
    """What a client wants. No bytes make it fail: what is not UTF-8 becomes U+FFFD.

    parse_request(b"SIGNUP_TAG:ada  ") == SignUp("ada"): white space around a nickname does not belong to it.
    parse_request(b"ada: Hello!") == Say("ada: Hello!"): whose nickname that is, only the room knows.
    """
    raise NotImplementedError


def build_request(request: SignUp | SignOut | KeepAlive | Say, nickname: str) -> bytes:
    """The datagram by which `nickname` sends `request`; the nickname of a SignUp is in the SignUp itself.

    The long form "<nickname>: <text>" is for two kinds of text only: one that the room would read as another request;
    and one that begins with "<nickname>: " itself, because the room takes that off, once.
    """
    raise NotImplementedError


def parse_answer(datagram: bytes) -> Joined | Left | Said | Refused | None:
    """What the room says; None for what no room says. A nickname is not empty, and has no space and no colon in it.

    parse_answer(b"ada: Hello!") == Said("ada", "Hello!")
    """
    raise NotImplementedError


def build_answer(answer: Joined | Left | Said | Refused) -> bytes:
    """The datagram by which the room says `answer`."""
    raise NotImplementedError
