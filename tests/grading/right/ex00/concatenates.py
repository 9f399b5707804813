def greet(client, nickname):
    client.say("Hello, " + nickname + "!")
