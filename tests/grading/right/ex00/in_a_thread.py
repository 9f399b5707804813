import threading


def greet(client, nickname):
    speaker = threading.Thread(target=client.say, args=(f"Hello, {nickname}!",))
    speaker.start()
    speaker.join()
