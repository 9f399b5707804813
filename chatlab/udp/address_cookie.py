"""Is somebody there, at the address that a datagram claims to come from? Pure: told the secret and the time.

Anybody can write a false source address on a datagram. So a room can hand out a token that depends on the
address: only somebody who receives there can send it back. The room remembers nothing meanwhile: it computes the token
again and compares (the SYN cookies of TCP work like this, RFC 4987; so does QUIC's address validation, RFC 9000,
section 8.1). Lesson 17 builds it.
"""

from __future__ import annotations

import hmac
from collections.abc import Hashable

LIFETIME = 30.0


class AddressCookie:
    """Tokens of 16 hexadecimal digits, good for at least LIFETIME seconds. `secret`: at least 16 random bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, address: Hashable, now: float) -> str:
        return self._token(address, int(now // LIFETIME))

    def holds(self, token: str, address: Hashable, now: float) -> bool:
        """Whether `token` was made for `address` in this span of LIFETIME seconds or the one before."""
        span = int(now // LIFETIME)
        expected = (self._token(address, span), self._token(address, span - 1))
        return any(hmac.compare_digest(token.encode(), good.encode()) for good in expected)

    def _token(self, address: Hashable, span: int) -> str:
        return hmac.digest(self._secret, f"{address} {span}".encode(), "sha256").hex()[:16]
