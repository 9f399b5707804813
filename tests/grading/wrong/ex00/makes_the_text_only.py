# expects: nothing had been said: look for client.say(…)
def greet(client, nickname):
    text = f"Hello, {nickname}!"
