# expects: client.say(…) was given {'Hello, ada!'}, which is of the type set
from chatlab.udp.client import UdpClient


def greet(client: UdpClient, nickname: str) -> None:
    text = "Hello, " + nickname + "!"
    client.say({text})
