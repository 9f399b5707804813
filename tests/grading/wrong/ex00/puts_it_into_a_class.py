# expects: greet was renamed or deleted, or stands inside something else
class Greeter:
    def greet(self, client, nickname):
        client.say(f"Hello, {nickname}!")
