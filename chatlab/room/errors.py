"""The two ways in which a room disappoints somebody. The text of each is one line, made to be shown."""


class Refusal(ValueError):
    """The room says no, and why: a nickname that can't be had, a text that can't be sent, a room that is full."""


class NobodyAnswers(ConnectionError):
    """No room answers at that address."""
