from dataclasses import dataclass, field


@dataclass
class Greeter:
    greeting: str = field(default="Hello")

    def __call__(self, client, nickname):
        match nickname:
            case str() as name:
                client.say("{0.greeting}, {1}!".format(self, name))


greet = Greeter()
