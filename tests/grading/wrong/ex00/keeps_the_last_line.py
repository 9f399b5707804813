# expects: greet still raises NotImplementedError.
def greet(client, nickname):
    text = f"Hello, {nickname}!"
    client.say(text)
    raise NotImplementedError
