# expects: a function calls itself again and again
def greet(client, nickname):
    greet(client, f"Hello, {nickname}!")
