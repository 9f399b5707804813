"""ex00 Say hello. About 5 minutes. Lesson: notebooks/00_start_here.ipynb

An exercise is a file like this one: it says what to write, and where. Save it, then check it: run the cell
`check("ex00")` again in the lesson, or type `pytest exercises/` in a terminal.
"""

from chatlab.udp.client import UdpClient


def greet(client: UdpClient, nickname: str) -> None:
    """Say `Hello, <nickname>!` in the room that `client` is in.

    greet(client, "ada") makes everybody in the room read: Hello, ada!
    """
    # TODO: two lines instead of the next one: make the text, then let the client say it.
    raise NotImplementedError
