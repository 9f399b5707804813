# expects: Your code waits for the keyboard
def greet(client, nickname):
    nickname = input("Whom? ")
    client.say(f"Hello, {nickname}!")
