# expects: greet was called before, for somebody else
text = None
def greet(client, nickname):
    global text
    if text is None:
        text = f"Hello, {nickname}!"
    client.say(text)
