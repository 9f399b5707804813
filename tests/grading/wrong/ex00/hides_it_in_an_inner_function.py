# expects: When greet had ended, nothing had been said
def greet(client, nickname):
    def text():
        client.say(f"Hello, {nickname}!")
