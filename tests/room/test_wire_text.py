"""Bytes of strangers as text that can be shown."""

from __future__ import annotations

import pytest

from chatlab.room.wire_text import shorten, visible, width


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"hi", "hi"),
        ("é 🐍".encode(), "é 🐍"),
        (b"two words\n", "two words\\n"),
        (b"\xff\x1b[31m\x00", "\\xff\\x1b[31m\\x00"),
        ("a\u202eb\u2028\u2066".encode(), "a\\u202eb\\u2028\\u2066"),
        (b"a\\n", "a\\\\n"),
        ("\uffff".encode(), "\\uffff"),
        (("a" + "\u0301" * 50).encode(), "a" + "\u0301" * 2),
    ],
)
def test_what_would_act_on_a_screen_is_written_out(data: bytes, text: str) -> None:
    assert visible(data) == text


def test_widths_are_those_of_a_terminal() -> None:
    assert (width("ab"), width("日本"), width("e\u0301"), width("🐍")) == (2, 4, 1, 2)


@pytest.mark.parametrize("cells", range(1, 12))
def test_a_shortened_text_fits(cells: int) -> None:
    for text in ("abcdefgh", "日本語のテキスト", "a日b本c語"):
        assert width(shorten(text, cells)) <= cells
        assert shorten(text, width(text)) == text
