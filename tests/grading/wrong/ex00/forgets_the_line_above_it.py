# expects: The code below that line is never reached
def greet(client, nickname):
    raise NotImplementedError
    client.say(f"Hello, {nickname}!")
