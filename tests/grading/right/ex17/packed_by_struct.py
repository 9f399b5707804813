"""The number of the half minute, modulo 256, is the first byte, so that holds knows which one to try."""

import hmac
import secrets
import socket
import struct
from typing import NamedTuple


class Where(NamedTuple):
    host: str
    port: int

    def packed(self, minute: int) -> bytes:
        return struct.pack("!4sHQ", socket.inet_aton(self.host), self.port, minute)


class Cookies:
    def __init__(self) -> None:
        self.__secret = secrets.randbits(256).to_bytes(32, "little")

    def __bytes_for(self, where: Where, minute: int) -> bytes:
        tag = hmac.digest(self.__secret, where.packed(minute), "sha1")
        return bytes([minute % 256]) + tag[:7]

    def make(self, address, now) -> str:
        return self.__bytes_for(Where(*address), int(now // 30)).hex()

    def holds(self, cookie, address, now) -> bool:
        try:
            received = bytes.fromhex(cookie)
        except ValueError:
            return False
        if len(received) != 8 or len(cookie) != 16:
            return False
        minute = int(now // 30)
        age = (minute - received[0]) % 256
        if age > 1 or age > minute:
            return False
        return hmac.compare_digest(received, self.__bytes_for(Where(*address), minute - age))

    def challenge(self, question, address, now) -> bytes:
        answer = bytearray(b"PROVE_TAG:")
        answer += self.make(address, now).encode()
        if len(question) < len(answer):
            answer.clear()
        return bytes(answer)
