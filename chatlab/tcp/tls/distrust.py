"""Why a client does not trust the other side, or can't speak TLS with it: each reason is a sentence."""

from __future__ import annotations

import ssl

from chatlab.room.errors import NobodyAnswers, NotTrusted
from chatlab.tcp.tls.stream import NOT_TLS

# Of OpenSSL's reasons (X509_V_ERR_... in x509_vfy.h) those for which there is something to do. Others are told in its
# own words.
_REASONS = {
    9: "the certificate at {where} is not valid yet: is the clock right, here and there?",
    10: "the certificate at {where} has expired: whoever runs the {what} has to renew it",
    18: "the certificate at {where} is signed by itself alone: if you know whose it is, name its file by {by}",
    62: "the certificate at {where} is not for {host!r}: connect by a name that stands in it, or don't trust it",
}
_UNKNOWN = "the certificate at {where} is signed by nobody whom you trust: name who it is by {by}, if you know them"
_REASONS |= {19: _UNKNOWN, 20: _UNKNOWN, 21: _UNKNOWN, 64: _REASONS[62]}


def distrust(failure: ssl.SSLCertVerificationError, where: str, host: str, *, what: str, by: str) -> str:
    """Why the certificate of a `what` is not to be trusted. `by`: by which option one says whom to trust."""
    other = "the certificate at {where} can't be trusted: " + failure.verify_message
    return _REASONS.get(failure.verify_code, other).format(where=where, host=host, what=what, by=by)


def in_a_sentence(failure: ssl.SSLError, where: str, host: str) -> NobodyAnswers:
    """The error to raise because of `failure`. `where`: the room's address; `host`: as the user calls it."""
    if isinstance(failure, ssl.SSLCertVerificationError):
        return NotTrusted(distrust(failure, where, host, what="room", by="--ca"))
    if failure.reason in (NOT_TLS, "WRONG_VERSION_NUMBER"):  # the second is OpenSSL's word for it
        return NobodyAnswers(f"{where} speaks no TLS: leave --tls out, or start the room with it")
    return NobodyAnswers(f"{where} and this client agree on no TLS: {failure.reason or failure}")
