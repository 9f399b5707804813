import hashlib, hmac, os


class Cookies:
    def __init__(self):
        self.key = os.urandom(16)

    def make(self, address, now):
        return hmac.new(self.key, str((address, int(now))).encode(), hashlib.md5).hexdigest()[:16]

    def holds(self, cookie, address, now):
        found = False
        for second in range(max(0, int(now) - 31), int(now) + 1):
            found |= hmac.compare_digest(self.make(address, second).encode(), cookie.encode("utf-8"))
        return found

    def challenge(self, question, address, now):
        if len(question) < len("PROVE_TAG:") + 16:
            return b""
        return ("PROVE_TAG:" + self.make(address, now)).encode()
