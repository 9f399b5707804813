def pieces(name):
    yield "Hello"
    yield ", "
    yield from name
    yield "!"


def greet(client, nickname):
    say = client.say
    say("".join(pieces(nickname)))
