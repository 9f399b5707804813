# expects: capitals, spaces and punctuation are not
def greet(client, nickname):
    client.say("Hello " + nickname + "!")
