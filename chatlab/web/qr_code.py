"""An address as a QR code, for a phone's camera. Wants the package segno."""

from __future__ import annotations

import io

import segno


def qr_code(url: str) -> str:
    """`url` as lines of half blocks, for a terminal with a font of one width."""
    out = io.StringIO()
    segno.make(url, micro=False).terminal(out, border=2, compact=True)
    return out.getvalue()


def qr_picture(url: str) -> str:
    """`url` as an SVG picture, dark on light in every theme, as cameras want it."""
    return segno.make(url, micro=False).svg_inline(scale=4, border=2, light="#ffffff")
