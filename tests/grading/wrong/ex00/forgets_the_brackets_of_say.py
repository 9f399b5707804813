# expects: When greet had ended, nothing had been said
def greet(client, nickname):
    client.say
