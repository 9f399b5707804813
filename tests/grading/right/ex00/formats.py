"""With a template, and the parameters by another order of thought."""

from string import Template

GREETING = Template("Hello, $who!")


def greet(client: "UdpClient", nickname: "str") -> "None":  # noqa: F821 - types as texts
    client.say(GREETING.substitute(who=nickname))
