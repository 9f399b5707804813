# expects: Nothing was put in the place of %s
def greet(client, nickname):
    client.say("Hello, %s!")
