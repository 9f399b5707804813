# expects: greet has not called client.say
def greet(client, nickname):
    text = f"Hello, {nickname}!"
