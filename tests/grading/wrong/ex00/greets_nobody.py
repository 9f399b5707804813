# expects: The nickname that greet was given is not in the text
def greet(client, nickname):
    client.say("Hello, world!")
