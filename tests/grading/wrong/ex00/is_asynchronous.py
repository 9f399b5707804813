# expects: greet is `async def`
async def greet(client, nickname):
    client.say(f"Hello, {nickname}!")
