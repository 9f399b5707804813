# expects: It takes a text as it is: no encode()
from chatlab.udp.client import UdpClient


def greet(client: UdpClient, nickname: str) -> None:
    text = "Hello, " + nickname + "!"
    client.say(text.encode())
