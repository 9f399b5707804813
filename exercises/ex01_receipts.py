"""ex01 Receipts. About 20 minutes. Lesson: notebooks/01_datagrams.ipynb

Somebody who sends a message over UDP does not know whether it arrived. So let the receiver answer with a receipt.
"""

import socket


def send_receipts(sock: socket.socket, count: int) -> None:
    """Take `count` messages from `sock`, and send a receipt for each one to the address that it came from.

    A message is text in UTF-8: of any length that a datagram can have, none at all included. Its receipt is the text
    `<number> characters`. `sock` is a UDP socket and is bound. Leave it open.

    When "Olé!" has arrived at `sock` (it is 5 bytes), send_receipts(sock, 1) sends back: 4 characters
    """
    # TODO: receive, count, answer; `count` times.
    raise NotImplementedError
