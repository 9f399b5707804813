# expects: keep its name and its parameters
def greet(client):
    client.say("Hello, ada!")
