from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass, field


def _new_key() -> bytes:
    return random.SystemRandom().getrandbits(200).to_bytes(25, "big")


@dataclass(frozen=True)
class Key:
    raw: bytes = field(default_factory=_new_key, repr=False)

    def sign(self, *words: object) -> str:
        signature = hashlib.blake2s(key=self.raw, digest_size=8, person=b"chatroom")
        for word in words:
            signature.update(f"{word}\n".encode())
        return signature.hexdigest()

    def signed(self, signature: str, *words: object) -> bool:
        expected = self.sign(*words).encode()
        return hmac.compare_digest(signature.encode(errors="backslashreplace"), expected)


@dataclass
class Cookies:
    key: Key = field(default_factory=Key)

    def make(self, address: tuple[str, int], now: float) -> str:
        return self.key.sign(*address, round(now - now % 30))

    def holds(self, cookie: str, address: tuple[str, int], now: float) -> bool:
        begun = round(now - now % 30)
        checks = [self.key.signed(cookie, *address, begun - seconds) for seconds in (0, 30)]
        return True in checks

    def challenge(self, question: bytes, address: tuple[str, int], now: float) -> bytes:
        wanted = b"".join((b"PROVE_TAG", b":", self.make(address, now).encode()))
        fits = memoryview(question).nbytes >= len(wanted)
        return wanted if fits else b""
