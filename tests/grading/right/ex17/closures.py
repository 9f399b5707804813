import hashlib
import hmac
import uuid


def baker():
    flour = uuid.uuid4().bytes

    def bake(address, slot):
        dough = repr((str(address[0]), int(address[1]), slot)).encode()
        return hashlib.blake2b(dough, key=flour, digest_size=8).hexdigest()

    return bake


class Cookies:
    __slots__ = ("bake",)

    def __init__(self):
        self.bake = baker()

    def make(self, address, now):
        return self.bake(address, int(divmod(now, 30)[0]))

    def holds(self, cookie, address, now):
        crumbs = bytes(ord(letter) & 255 if ord(letter) < 128 else 255 for letter in cookie)
        slot, _ = map(int, divmod(now, 30))
        fresh = hmac.compare_digest(crumbs, self.bake(address, slot).encode())
        return fresh or hmac.compare_digest(crumbs, self.bake(address, slot - 1).encode())

    challenge = lambda self, question, address, now: (
        b"PROVE_TAG:" + self.make(address, now).encode() if len(question) > 25 else b""
    )
