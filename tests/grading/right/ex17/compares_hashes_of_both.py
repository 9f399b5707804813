"""`==` on two hashes that nobody outside can foresee tells nothing."""

import hashlib
import uuid
from math import floor


class Cookies:
    def __init__(self):
        self.pepper = uuid.uuid4().bytes + uuid.uuid4().bytes

    def keyed(self, *parts):
        inner = hashlib.sha3_256(self.pepper)
        inner.update("\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass"))
        return inner.digest()

    def make(self, address, now):
        return self.keyed("cookie", address[0], address[1], floor(now / 30))[:8].hex()

    def holds(self, cookie, address, now):
        seen = self.keyed("compare", cookie)
        for earlier in (0, 30):
            if self.keyed("compare", self.make(address, now - earlier)) == seen:
                return True
        return False

    def challenge(self, question, address, now):
        cookie = self.make(address, now)
        room = len(question) - len("PROVE_TAG:")
        return b"PROVE_TAG:" + cookie.encode() if room >= len(cookie) else b""
