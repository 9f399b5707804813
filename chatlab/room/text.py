"""Strangers' text made safe to show.

What somebody says must not paint on a reader's terminal, look like a second line, or reorder the screen. So these
are removed before anybody else sees them: the control characters (C0, DEL, C1), the line and paragraph separators, and
the bidirectional overrides, embeddings and isolates (Unicode Standard Annex 9). Bytes that are not UTF-8 become U+FFFD.
Lesson 02 starts here; lesson 17 attacks it.
"""

from __future__ import annotations

import re

# What shows nothing, besides white space: Unicode's Default_Ignorable_Code_Point, and the empty Braille pattern.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_VISIBLE = re.compile(rf"[^\s{INVISIBLE}]")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` on one line, without characters that would act on a screen; '' if nothing visible is left."""
    cleaned = _UNSAFE.sub("", text)
    return cleaned if _VISIBLE.search(cleaned) else ""


def decode(data: bytes) -> str:
    """`data` as clean text, whatever the bytes are."""
    return clean(data.decode("utf-8", "replace"))


def encode(text: str) -> bytes:
    """`text` as UTF-8; what UTF-8 can't carry (a lone surrogate from a keyboard or a file) becomes '?'."""
    return text.encode("utf-8", "replace")
