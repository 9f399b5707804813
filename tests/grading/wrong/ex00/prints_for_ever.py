# expects: It printed more than 1,000,000 characters
def greet(client, nickname):
    while True:
        print("Hello,", nickname, end="!\n")
