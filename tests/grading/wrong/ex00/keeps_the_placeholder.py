# expects: In quotes, nickname is only a word
def greet(client, nickname):
    client.say("Hello, <nickname>!")
