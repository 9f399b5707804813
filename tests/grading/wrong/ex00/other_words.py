# expects: Compare the two texts letter by letter
def greet(client, nickname):
    client.say(f"Hallo, {nickname}!")
