"""ex14 A TCP client. About 45 minutes. Lesson: notebooks/14_the_tcp_chatroom.ipynb

A whole client, as in ex06, over TCP. What it types on is handed in, and so is what it tells: the events of
chatlab.room.events, one at a time.
"""

import socket
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address
from chatlab.room.events import Event

Tell = Callable[[Event], object]


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], on_event: Tell, *, patience: float = 5.0
) -> None:
    """Talk as `nickname` in the room at the address `room`, until the line `!q`, the end of `lines`, or the room's end.

    `sock` is a new TCP socket: connect it, and close it at the end. Of a line in `lines`, the "\\n" that it may have at
    its end is no part. What each line of the room means, once it is whole, however it was cut into pieces:

        NICK                        send the nickname; not before
        NICK <reason>               Refused(reason); the next one of `lines` is another nickname: send that
        Connected to the server!    Joined(the nickname): you are in; before that, no line is a message
        ERROR <reason>              Gone(reason)
        any other                   when you are in: the Joined, Said or Left that parse_answer makes of it, if any

    Once you are in, these are told at any time: also while no line comes, however long, and while a message waits to be
    sent. Say each line at once, as it is. For one that is too long, build_say raises Refusal: Refused(str(refusal)).

    The room ends by ERROR, by the end of its stream, by a reset, or by a line longer than MAX_ANSWER. It is not there
    if nobody listens at `room`, or if, before you are in, an answer of it takes longer than `patience` seconds. Tell
    Gone(why, in your words), once, as the last event. Then return, or, if you wait for a line, with that line, which
    is not said. Nothing of this is raised.

    At `!q`, wherever it comes, and at the end of the lines, you leave: end your stream behind all that you have said,
    shutdown(SHUT_WR), and read on until the room has ended too, for half a second at most. Then close `sock`, end each
    thread that was started here, and return: within a second, without Gone.

    What waits takes no processor. talk may be called again, also while another talk goes on.

    chatlab.tcp.framing has LineBuffer: its take(piece) gives the lines that are whole. chatlab.tcp.protocol has
    MAX_ANSWER, build_nickname, build_say, and parse_answer, which also makes Choose, Welcome and Hangup.
    """
    # TODO: connect, shake hands, start a thread that receives, say the lines, leave. You may add functions.
    raise NotImplementedError
