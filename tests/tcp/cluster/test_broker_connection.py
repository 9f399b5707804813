"""Why a broker can't be used: a sentence for each reason, which says what to do."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from nats.errors import Error, NoServersError, SecureConnRequiredError

from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.broker_connection import why_it_is_of_no_use

HERE = "nats://127.0.0.1:4222"
NOWHERE = "x" * 64 + ".example.org"  # no part of a host's name is so long (RFC 1035, section 2.3.4): nobody is asked


def not_trusted(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "in OpenSSL's own words"
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            NoServersError(),
            f"no broker answers at {HERE}: start one there (nats-server --jetstream), or leave --cluster",
        ),
        (asyncio.TimeoutError(), f"no broker answers at {HERE} within 5 s: are that its host and its port?"),
        (ConnectionResetError(), f"no broker answers at {HERE} within 5 s: are that its host and its port?"),
        (
            Error("nats: empty response from server when expecting INFO message"),
            f"what answers at {HERE} is no NATS broker: is that its port? NATS has 4222 by default",
        ),
        (
            Error("nats: 'Authorization Violation'"),
            f"the broker at {HERE} wants another user and password, or token, in its URL",
        ),
        (
            SecureConnRequiredError(),
            f"the broker at {HERE} speaks no TLS: start it with --tls, or connect to nats://",
        ),
        (not_trusted(9), f"the certificate at {HERE} is not valid yet: is the clock right, here and there?"),
        (not_trusted(10), f"the certificate at {HERE} has expired: whoever runs the broker has to renew it"),
        (
            not_trusted(18),
            f"the certificate at {HERE} is signed by itself alone: if you know whose it is, name its file by the "
            "environment variable SSL_CERT_FILE",
        ),
        (
            not_trusted(20),
            f"the certificate at {HERE} is signed by nobody whom you trust: name who it is by the environment variable "
            "SSL_CERT_FILE, if you know them",
        ),
        (not_trusted(62), f"the certificate at {HERE} is not for '127.0.0.1': connect by a name that stands in it"),
        (not_trusted(99), f"the certificate at {HERE} can't be trusted: in OpenSSL's own words"),
        (ssl.SSLError(1, "no words"), f"the broker at {HERE} and this server agree on no TLS: "),
    ],
)
def test_each_reason_is_a_sentence_without_the_secret(error: Exception, says: str) -> None:
    line = why_it_is_of_no_use(Broker("nats://ada:secret@127.0.0.1"), error)
    assert line.startswith(says)
    assert "secret" not in line
    assert "\n" not in line


def test_a_host_that_is_not_there() -> None:
    line = why_it_is_of_no_use(Broker(f"nats://secret@{NOWHERE}"), NoServersError())
    assert line == (
        f"no broker answers at nats://{NOWHERE}:4222: can't find the host '{NOWHERE}': check its spelling, or type its "
        "IP address"
    )
