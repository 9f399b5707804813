"""The options by which programs want TLS. `ssl` is imported once somebody wants it: it is slow to import."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from chatlab.room.errors import NoCertificate

if TYPE_CHECKING:
    import ssl


def add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tls",
        nargs=2,
        metavar=("CERT", "KEY"),
        help="speak TLS: the files of the certificate and of its key (PEM). For a course: python -m trustme makes "
        "server.pem, server.key, and client.pem for the clients' --ca. A room for everybody needs a name, and a "
        "certificate for it by an authority that all trust, such as Let's Encrypt",
    )


def add_client_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tls", action="store_true", help="the room speaks TLS, and its certificate is for the host that is given"
    )
    parser.add_argument(
        "--ca",
        metavar="FILE",
        help="with --tls: trust whom the authority in that file (PEM) has signed, instead of whom the system trusts",
    )


def server_context_of(parser: argparse.ArgumentParser, given: argparse.Namespace) -> ssl.SSLContext | None:
    """What a server is to use; None: no TLS. Ends the program if that can't be had, with one line."""
    if not given.tls:
        return None
    from chatlab.tcp.tls.context import server_context  # noqa: PLC0415

    try:
        return server_context(*given.tls)
    except NoCertificate as error:
        parser.error(f"argument --tls: {error}")


def client_context_of(parser: argparse.ArgumentParser, given: argparse.Namespace) -> ssl.SSLContext | None:
    """What a client is to use; None: no TLS. Ends the program if that can't be had, with one line."""
    if not given.tls:
        if given.ca:
            parser.error("argument --ca: it goes with --tls: give that, too")
        return None
    from chatlab.tcp.tls.context import client_context  # noqa: PLC0415

    try:
        return client_context(given.ca)
    except NoCertificate as error:
        parser.error(f"argument --ca: {error}")
