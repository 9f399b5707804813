# expects: Your code ended the program
import sys


def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
    sys.exit()
