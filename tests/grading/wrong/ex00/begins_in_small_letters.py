# expects: The letters are right
def greet(client, nickname):
    client.say(f"hello, {nickname}!")
