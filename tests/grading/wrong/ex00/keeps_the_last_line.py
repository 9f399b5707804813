# expects: Your code came as far as that line: delete it
def greet(client, nickname):
    text = f"Hello, {nickname}!"
    client.say(text)
    raise NotImplementedError
