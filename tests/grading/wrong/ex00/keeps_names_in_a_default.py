# expects: greet was called before, for somebody else
def greet(client, nickname, names=[]):
    names.append(nickname)
    client.say(f"Hello, {' and '.join(names)}!")
