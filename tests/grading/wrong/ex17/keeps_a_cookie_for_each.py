# expects: Something is kept for each stranger
import hmac
import os


class Cookies:
    def __init__(self):
        self.given = {}

    def make(self, address, now):
        self.given[address] = (os.urandom(8).hex(), now)
        return self.given[address][0]

    def compute(self, address, span):
        host, port = address
        text = f"{host} {port} {span}"
        return hmac.digest(self.secret, text.encode(), "sha256").hex()[:16]

    def holds(self, cookie, address, now):
        good, made = self.given.get(address, ("", 0))
        if now - made > 60:
            return False
        return hmac.compare_digest(cookie.encode(), good.encode()) and good != ""

    def challenge(self, question, address, now):
        answer = f"PROVE_TAG:{self.given[address][0] if address in self.given else self.make(address, now)}".encode()
        if len(answer) > len(question):
            return b""
        return answer
