# expects: Your code ended the program: os._exit().
import os


def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
    os._exit(0)
