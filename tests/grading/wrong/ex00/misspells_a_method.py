# expects: the name after the dot is misspelled
def greet(client, nickname):
    client.send(f"Hello, {nickname}!")
