"""What the gateway answers a browser over HTTP: the page's files, and whether a WebSocket may begin."""

from __future__ import annotations

import ipaddress
import socket
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

PAGE = Path(__file__).parent / "page"
# What a browser may ask for: the file, and its type.
FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
ROOM = "/room"  # where the WebSocket is
# The page has no markup of others, loads nothing from elsewhere, and stands in no frame (CSP level 3).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws:; "
    "frame-ancestors 'none'"
)


def answer(request: Request, *, is_full: bool) -> Response | None:
    """A file of the page, or why not; None lets a WebSocket begin. `is_full`: no more of them may."""
    host = request.headers.get("Host", "")
    if not _is_own(host):
        return _response(HTTPStatus.FORBIDDEN, b"this page is to be opened by its IP address\n")
    if file := FILES.get(request.path):
        return _response(HTTPStatus.OK, (PAGE / file[0]).read_bytes(), file[1])
    if request.path != ROOM:
        return _response(HTTPStatus.NOT_FOUND, b"there is nothing here\n")
    if request.headers.get("Origin") != f"http://{host}":
        return _response(HTTPStatus.FORBIDDEN, b"another web page may not come into the room\n")
    if is_full:
        return _response(HTTPStatus.SERVICE_UNAVAILABLE, b"too many browsers are here\n")
    return None


def _is_own(host: str) -> bool:
    """Whether a page of this name can only be ours. Another page could let its own name lead here (DNS rebinding)."""
    name = urlsplit(f"//{host}").hostname or ""
    if name in ("localhost", socket.gethostname().lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _response(status: HTTPStatus, body: bytes, kind: str = "text/plain") -> Response:
    headers = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    return Response(status.value, status.phrase, Headers(headers), body)
