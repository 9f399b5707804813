# expects: More was said than was asked for
def greet(client, nickname):
    client.say("hi everybody")
    client.say(f"Hello, {nickname}!")
