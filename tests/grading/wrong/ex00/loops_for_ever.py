# expects: it was stuck in the line below
def greet(client, nickname):
    greeted = False
    while not greeted:
        text = f"Hello, {nickname}!"
    client.say(text)
