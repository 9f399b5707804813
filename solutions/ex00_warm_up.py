"""ex00 Say hello: a model answer."""

from chatlab.udp.client import UdpClient


def greet(client: UdpClient, nickname: str) -> None:
    """Say `Hello, <nickname>!` in the room that `client` is in."""
    text = f"Hello, {nickname}!"
    client.say(text)
