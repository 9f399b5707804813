# expects: a socket of your code was still open
import socket


def greet(client, nickname):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9))
    client.say(f"Hello, {nickname}!")
