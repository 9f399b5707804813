"""ex06 A UDP client. About 35 minutes. Lesson: notebooks/06_the_udp_client.ipynb

A whole client. It signs up, says what is typed, shows meanwhile what the room sends, and leaves when it is told to.
What it types on and shows on is handed in: `talk(sock, "ada", room, sys.stdin, print)` is a client for the terminal.
"""

import socket
from collections.abc import Callable, Iterable

from chatlab.room.addresses import Address


def talk(
    sock: socket.socket, nickname: str, room: Address, lines: Iterable[str], show: Callable[[str], object]
) -> None:
    """Talk as `nickname` in the room at the address `room`, until the line `!q` or the end of `lines`.

    `sock` is a new UDP socket. Bind it, with the host "" (every address of this machine), to a random port from 8000 to
    9000: one range for all clients, so that a firewall needs one rule. When bind raises OSError, that port is taken:
    try another. All goes through this socket; leave it open.

    Sign up, and do so again every half second until something, whatever it is, comes from the room: the answer may be
    lost. Only then take the first line. Say each line at once, as it is; only the "\\n" that it may have at its end, as
    those of sys.stdin have, is no part of it.

    Every datagram from the room is shown, as a text, at any time: also while no line comes, however long. What others
    send to this socket is dropped. A ConnectionResetError from recvfrom ends nothing. What waits takes no processor.

    At the end, sign out, end each thread that was started here, and return: within a second. (To wake a thread that
    waits in recvfrom, send to ("127.0.0.1", port): getsockname() says "0.0.0.0" here, and Windows sends nothing there.)
    talk may be called again, also while another talk goes on.

    chatlab.udp.protocol has build_sign_up, build_say and build_sign_out; chatlab.room.text has decode, for any bytes.
    """
    # TODO: bind, start a thread that receives, sign up, say the lines, leave. You may add functions.
    raise NotImplementedError
