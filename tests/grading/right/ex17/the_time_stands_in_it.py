"""Eight digits say when it was made, and eight that this is true."""

import hmac
import re
from hashlib import sha256
from os import urandom

SHAPE = re.compile("([0-9a-f]{8})([0-9a-f]{8})")
LIFE = 45


class Cookies:
    def __init__(self):
        self._key = urandom(20)

    def _seal(self, when: str, address) -> str:
        mac = hmac.new(self._key, digestmod=sha256)
        for part in (when, *map(str, address)):
            mac.update(len(part).to_bytes(2, "big") + part.encode())
        return mac.hexdigest()[-8:]

    def make(self, address, now):
        when = format(int(now), "08x")
        return when + self._seal(when, address)

    def holds(self, cookie, address, now):
        if not (match := SHAPE.fullmatch(cookie)):
            return False
        when, seal = match.groups()
        genuine = hmac.compare_digest(seal, self._seal(when, address))
        return genuine and 0 <= int(now) - int(when, 16) <= LIFE

    def challenge(self, question, address, now):
        if len(question) < 26:
            return b""
        return bytes("PROVE_TAG:" + self.make(address, now), "ascii")
