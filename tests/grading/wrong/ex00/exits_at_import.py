# expects: Your code ended the program
def greet(client, nickname):
    client.say(f"Hello, {nickname}!")


exit()
