# expects: return hands the text to who called greet
def greet(client, nickname):
    return f"Hello, {nickname}!"
