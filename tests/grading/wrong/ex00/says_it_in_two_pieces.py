# expects: The text came in pieces
def greet(client, nickname):
    client.say("Hello,")
    client.say(f"{nickname}!")
