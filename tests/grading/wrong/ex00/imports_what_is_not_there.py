# expects: that module has nothing of this name
from chatlab.udp.client import Client


def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
