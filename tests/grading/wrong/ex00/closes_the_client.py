# expects: The client was closed, which is leaving
def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
    client.close()
