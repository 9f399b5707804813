"""A key for each span, made out of the secret; the last few are kept ready."""

import hmac
import os
from functools import lru_cache


class Cookies:
    def __init__(self):
        root = os.urandom(32)

        @lru_cache(maxsize=4)
        def key_of(span):
            return hmac.digest(root, b"span %d" % span, "sha256")

        self._key_of = key_of

    def _cookies(self, address, now):
        host, port = address
        message = host.encode() + b"\0" + port.to_bytes(2, "big")
        newest = int(now / 30)
        for span in (newest, newest - 1):
            yield hmac.digest(self._key_of(span), message, "sha384")[:8].hex()

    def make(self, address, now):
        return next(self._cookies(address, now))

    def holds(self, cookie, address, now):
        given = cookie.encode("utf-16", "surrogatepass")
        answers = {hmac.compare_digest(given, good.encode("utf-16")) for good in self._cookies(address, now)}
        return True in answers

    def challenge(self, question, address, now):
        try:
            room = memoryview(question)[25]
        except IndexError:
            room = None
        if room is None:
            return b""
        return f"PROVE_TAG:{next(self._cookies(address, now))}".encode()
