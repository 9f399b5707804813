import hmac
import hashlib
import secrets

Address = tuple[str, int]  # host and port

SPAN = 30  # seconds


class Cookies:
    """The cookies of one room."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def make(self, address: Address, now: float) -> str:
        """The cookie of whoever is at `address`: 16 hexadecimal digits."""
        return self._cookie(address, int(now // SPAN))

    def holds(self, cookie: str, address: Address, now: float) -> bool:
        """Whether `cookie` was made for `address` in this span of 30 seconds, or in the one before."""
        span = int(now // SPAN)
        good = (self._cookie(address, span), self._cookie(address, span - 1))
        return any(hmac.compare_digest(cookie.encode(), each.encode()) for each in good)

    def challenge(self, question: bytes, address: Address, now: float) -> bytes:
        """PROVE_TAG:<cookie>, or b"" if that is longer than the question."""
        answer = b"PROVE_TAG:" + self.make(address, now).encode()
        return answer if len(answer) <= len(question) else b""

    def _cookie(self, address: Address, span: int) -> str:
        return hashlib.blake2b(repr((address, span)).encode(), key=self._secret, digest_size=8).hexdigest()
