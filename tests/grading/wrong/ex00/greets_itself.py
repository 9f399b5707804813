# expects: That is the client's own nickname
def greet(client, nickname):
    client.say(f"Hello, {client.nickname}!")
