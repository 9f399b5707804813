# expects: the name after it is misspelled
def greet(client, nickname):
    client.send(f"Hello, {nickname}!")
