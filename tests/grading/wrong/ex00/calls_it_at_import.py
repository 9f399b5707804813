# expects: Loaded ex00_warm_up.py.
def greet(client, nickname):
    client.say(f"Hello, {nickname}!")


greet(client, "ada")
