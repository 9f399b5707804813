"""ex09 Bytes to lines. About 30 minutes. Lesson: notebooks/09_a_stream_of_bytes.ipynb

TCP carries bytes, not messages. In the TCP room a message is a line: a text in UTF-8, and a newline, "\n", behind it.
A line has at most MOST bytes, its newline included.
"""

import socket

MOST = 1024

# TODO: write Lines, and check it; then send_text.


class Lines:
    r"""The lines of one stream: pieces of bytes go in, texts come out. Each stream has a Lines of its own.

    feed(b"hel"), feed(b"lo\nhow"), feed(b" are you?\n") answer [], ["hello"], ["how are you?"].
    """

    def __init__(self) -> None:
        raise NotImplementedError

    def feed(self, piece: bytes) -> list[str]:
        r"""The next piece has arrived, cut anywhere: answer the texts of the lines that are whole now, in their order.

        A line is whole when its newline has come. Neither the newline belongs to its text, nor one "\r" right before
        it; all else does, blanks too, and it may be nothing at all. Bytes that are not UTF-8 become U+FFFD.

        Raises ValueError as soon as a line has more than MOST bytes, whether its newline has come or not, and
        whatever else is in the piece. Nobody asks this Lines again then.
        """
        raise NotImplementedError


def send_text(sock: socket.socket, text: str) -> None:
    """Send `text` as one line, and return when `sock` has taken all of it. Leave `sock` open.

    `sock` is a connected TCP socket. Its `send` takes as many bytes as there is room for, three perhaps, and returns
    how many these were.

    Raises ValueError, and sends nothing, if there is a newline in the text, or if its line is longer than MOST bytes.
    """
    raise NotImplementedError
