# expects: A thread of your code had ended with TypeError: say() takes
import threading


def say(text):
    pass


def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
    thread = threading.Thread(target=say, args="Hello")
    thread.start()
    thread.join()
