greet = lambda client, nickname: client.say("Hello, %s!" % nickname)
