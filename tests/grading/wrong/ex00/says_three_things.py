# expects: something was given too much
def greet(client, nickname):
    client.say("Hello,", nickname, "!")
