# expects: When greet had ended, nothing had been said
def greet(client, nickname):
    try:
        client.speak(f"Hello, {nickname}!")
    except Exception:
        pass
