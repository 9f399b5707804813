"""What a server and its clients bring to TLS: a certificate with its key, and whom to trust.

Certificates for a course are made by one command (the package trustme): `python -m trustme` writes server.pem and
server.key, for the room, and client.pem, by which clients know who has signed them. They are for localhost, 127.0.0.1
and ::1; other names are given by `-i`. A room for everybody needs a name of its own (DNS), and a certificate for it by
an authority that all systems trust, such as Let's Encrypt; its clients then need no --ca.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NoReturn

from chatlab.room.errors import NoCertificate


def server_context(certificate: str | Path, key: str | Path) -> ssl.SSLContext:
    """For a server with the `certificate` in that file, those of its authorities behind it, and its `key`, both in PEM.

    TLS 1.2 and later, without renegotiation, compression and resumption. Raises NoCertificate, with one line to show.
    """
    _holds(certificate, "CERTIFICATE", "certificate")
    _holds(key, "PRIVATE KEY", "private key")

    def no_password() -> NoReturn:
        raise NoCertificate(f"the key in {key} is encrypted: decrypt it first, as by openssl pkey")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.num_tickets = 0
    try:
        context.load_cert_chain(certificate, key, no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise NoCertificate(f"the key in {key} is not that of the certificate in {certificate}") from error
        raise NoCertificate(f"{certificate} and {key} are damaged: {error.reason or error}") from error
    return context


def client_context(authority: str | Path | None = None) -> ssl.SSLContext:
    """For a client that trusts whom the `authority` in that file (PEM) has signed; without one, whom the system trusts.

    Raises NoCertificate, with one line to show.
    """
    if authority is None:
        return ssl.create_default_context()
    _holds(authority, "CERTIFICATE", "certificate")
    try:
        return ssl.create_default_context(cafile=str(authority))
    except ssl.SSLError as error:
        raise NoCertificate(f"{authority} is damaged: {error.reason or error}") from error


def _holds(file: str | Path, word: str, what: str) -> None:
    """Raises NoCertificate if `file` does not hold what PEM (RFC 7468) calls `word`."""
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise NoCertificate(f"can't read {file}: {error.strerror or error}") from error
    if f"{word}-----".encode() not in data:
        raise NoCertificate(f"{file} holds no {what} in PEM (-----BEGIN {word}-----)")
