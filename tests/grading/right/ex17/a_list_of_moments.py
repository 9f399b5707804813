"""Tens of seconds: it tries each of the last four."""

import hmac
from secrets import token_hex

STEP = 10


def steps_until(now):
    newest = int(now) // STEP
    return [newest - back for back in range(5)]


class Cookies:
    def __init__(self):
        self.secret = token_hex(24)

    def at(self, step, address):
        message = "|".join(["cookie", *(str(part) for part in address), str(step)])
        return hmac.new(self.secret.encode(), message.encode(), "sha512").hexdigest()[40:56]

    def make(self, address, now):
        return self.at(steps_until(now)[0], address)

    def holds(self, cookie, address, now):
        if not cookie.isascii():
            return False
        found = False
        for step in steps_until(now):
            found |= hmac.compare_digest(cookie, self.at(step, address))
        return found

    def challenge(self, question, address, now):
        answer = ("PROVE_TAG:" + self.make(address, now)).encode()
        match len(question) - len(answer):
            case missing if missing < 0:
                return b""
            case _:
                return answer
