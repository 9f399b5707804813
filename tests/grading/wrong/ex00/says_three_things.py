# expects: count the values in the brackets
def greet(client, nickname):
    client.say("Hello,", nickname, "!")
