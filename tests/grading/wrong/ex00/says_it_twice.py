# expects: It was said more than once
def greet(client, nickname):
    text = f"Hello, {nickname}!"
    client.say(text)
    return client.say(text)
