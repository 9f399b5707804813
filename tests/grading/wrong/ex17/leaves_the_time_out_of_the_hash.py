# expects: Put the time into the hash too
import hmac
import secrets

Address = tuple[str, int]


class Cookies:
    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def _mac(self, address: Address) -> str:
        return hmac.digest(self._secret, f"{address[0]} {address[1]}".encode(), "sha256").hex()[:8]

    def make(self, address: Address, now: float) -> str:
        return self._mac(address) + f"{int(now):08x}"

    def holds(self, cookie: str, address: Address, now: float) -> bool:
        mac, at = cookie[:8], cookie[8:]
        try:
            age = int(now) - int(at, 16)
        except ValueError:
            return False
        return len(cookie) == 16 and at == at.lower() and hmac.compare_digest(mac.encode(), self._mac(address).encode()) and 0 <= age <= 45

    def challenge(self, question: bytes, address: Address, now: float) -> bytes:
        answer = b"PROVE_TAG:" + self.make(address, now).encode()
        return answer if len(answer) <= len(question) else b""
