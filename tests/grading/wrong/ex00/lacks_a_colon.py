# expects: SyntaxError: expected ':'
def greet(client, nickname)
    client.say(f"Hello, {nickname}!")
