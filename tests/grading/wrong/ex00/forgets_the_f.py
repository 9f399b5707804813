# expects: put an f before the first quote
def greet(client, nickname):
    client.say("Hello, {nickname}!")
