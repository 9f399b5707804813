# expects: print writes on your own screen
def greet(client, nickname):
    print(f"Hello, {nickname}!")
