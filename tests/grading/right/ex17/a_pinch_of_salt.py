"""No two cookies are the same, even for one address at one time: four digits are chance."""

from hmac import compare_digest, new
from random import SystemRandom

dice = SystemRandom()


class Cookies:
    def __init__(self):
        self.oven = dice.randbytes(48)

    def bake(self, salt, where, when):
        recipe = new(self.oven, salt.encode(), "sha256")
        for ingredient in (where[0], where[1], when):
            recipe.update(f"<{ingredient}>".encode())
        return salt + recipe.hexdigest()[:12]

    def make(self, address, now):
        return self.bake(f"{dice.randrange(16**4):04x}", address, int(now) // 30)

    def holds(self, cookie, address, now):
        salt, half_minute = cookie[:4], int(now) // 30
        fresh, stale = (self.bake(salt, address, half_minute - age) for age in (0, 1))
        raw = cookie.encode()
        if compare_digest(raw, fresh.encode()):
            return True
        return compare_digest(raw, stale.encode())

    def challenge(self, question, address, now):
        answer = f"PROVE_TAG:{self.make(address, now)}".encode()
        return b"" if len(question) < len(answer) else answer
