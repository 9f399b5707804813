# expects: a thread of your code was still running
import threading

forever = threading.Event()


def greet(client, nickname):
    threading.Thread(target=forever.wait, daemon=True).start()
    client.say(f"Hello, {nickname}!")
