# expects: a call waits for what never comes
def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
    for event in client:
        print(event)
