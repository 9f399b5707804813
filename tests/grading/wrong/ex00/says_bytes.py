# expects: a value of another kind
def greet(client, nickname):
    client.say(f"Hello, {nickname}!".encode())
