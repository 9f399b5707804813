# expects: The letters are right
def greet(client, nickname):
    client.say(f"Hello, <{nickname}>!")
