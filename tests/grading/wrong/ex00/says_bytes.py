# expects: a value of another kind (text, bytes, number)
def greet(client, nickname):
    client.say(f"Hello, {nickname}!".encode())
