# expects: The word Hello is not in the text.
def greet(client, nickname):
    client.say(nickname)
