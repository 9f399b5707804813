# expects: IndentationError: expected an indented block
def greet(client, nickname):
client.say(f"Hello, {nickname}!")
