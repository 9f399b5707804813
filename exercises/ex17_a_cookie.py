"""ex17 A cookie against forged addresses. About 35 minutes. Lesson: notebooks/17_trust_no_one.ipynb

Anybody can write any address on a datagram, but the answer goes to whoever is really there. So a room answers a
stranger with a cookie, and lets in who sends it back. Meanwhile it keeps nothing: from the address, the time and a
secret it can make each cookie again, and compare.
"""

Address = tuple[str, int]  # host and port

# TODO: write Cookies: make and holds for an address first; then the time, the secret, and challenge.


class Cookies:
    """The cookies of one room.

    Each room has a secret of its own, which nobody can guess, and no cookie shows anything of it. Nothing is kept of a
    stranger: a million of them cost no memory.
    """

    def __init__(self) -> None:
        raise NotImplementedError

    def make(self, address: Address, now: float) -> str:
        """The cookie of whoever is at `address`: 16 hexadecimal digits (0 to 9, a to f).

        `now` is in seconds, on a clock that never goes back; it is 0 or more.
        """
        raise NotImplementedError

    def holds(self, cookie: str, address: Address, now: float) -> bool:
        """Whether `cookie`, which came from `address`, was made for just this host and port, and not too long ago:
        True for 30 seconds, as often as it is asked; False after 60; in between, as you like.

        A stranger sent it, so it may be any text. Compare with hmac.compare_digest: for how long `==` takes depends on
        how many letters are right, and that tells a stranger what to try next.
        """
        raise NotImplementedError

    def challenge(self, question: bytes, address: Address, now: float) -> bytes:
        """What to answer to `question`, a stranger's datagram from `address`: PROVE_TAG:<cookie>, as bytes.

        But if that is longer than the question, b"", which is no answer at all: who writes your address on a datagram
        shall not bring you more bytes than it sent itself.
        """
        raise NotImplementedError
