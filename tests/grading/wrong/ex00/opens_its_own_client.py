# expects: Another client said it
from chatlab.udp.client import UdpClient


def greet(client, nickname):
    with UdpClient("greeter", client.server_address) as own:
        own.say(f"Hello, {nickname}!")
