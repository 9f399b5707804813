# expects: `yield` makes greet a generator, which waits until somebody asks for its
def greet(client, nickname):
    yield client.say(f"Hello, {nickname}!")
