# expects: There is code before that line, so it is no longer needed: delete it.
def greet(client, nickname):
    text = f"Hello, {nickname}!"
    client.say(text)
    raise NotImplementedError
