"""Makes the files beside it, which the tests use: `python tests/tcp/tls/certificates/make.py`.

They are kept since Wine has no library that makes them, and to make them takes longer than a test.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

HERE = Path(__file__).parent
NAMES = ("localhost", "127.0.0.1", "::1")


def main() -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(HERE / "authority.pem")
    authority.private_key_pem.write_to_path(HERE / "authority.key")
    trustme.CA().cert_pem.write_to_path(HERE / "other_authority.pem")
    for file, certificate in {
        "room": authority.issue_cert(*NAMES),
        "elsewhere": authority.issue_cert("chat.example.org"),
        "expired": authority.issue_cert(*NAMES, not_before=datetime(2020, 1, 1), not_after=datetime(2021, 1, 1)),
        "early": authority.issue_cert(*NAMES, not_before=datetime(2037, 11, 1), not_after=datetime(2037, 12, 1)),
    }.items():
        (HERE / f"{file}.pem").write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
        certificate.private_key_pem.write_to_path(HERE / f"{file}.key")
    key = load_pem_private_key((HERE / "room.key").read_bytes(), None)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (HERE / "encrypted.key").write_bytes(encrypted)


if __name__ == "__main__":
    main()
