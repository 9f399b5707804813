# expects: ex00_warm_up.py has no greet; it has great.
def great(client, nickname):
    client.say(f"Hello, {nickname}!")
