# expects: a name is used that has no value
def greet(client, nickname):
    client.say(f"Hello, {nickame}!")
