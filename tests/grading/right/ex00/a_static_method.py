import functools
from chatlab.udp import client as udp


class Manners:
    @staticmethod
    def say_hello(client: udp.UdpClient, nickname: str, *, word: str = "Hello") -> None:
        text = str.join(" ", [word + ",", nickname + "!"])
        client.say(text)


greet = functools.partial(Manners.say_hello, word="Hello")
