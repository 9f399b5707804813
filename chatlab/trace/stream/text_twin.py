"""A stream as text: a column for each byte. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chatlab.trace.stream.piece import Piece

# Bytes in one row.
ROW = 64
NEWLINE = "↵"
# A byte that is no letter of ASCII.
OTHER = "▪"


def write(first: int, data: bytes, above: Mapping[str, Sequence[Piece]], below: Mapping[str, Sequence[Piece]]) -> str:
    """`data`, whose first byte is number `first`, between bands of pieces that have names."""
    rows = range(first, first + len(data), ROW)
    return "\n".join(line for start in rows for line in _row(start, data[start - first :][:ROW], above, below))


def letter(byte: int) -> str:
    """What stands for a byte: its letter, if it has one in ASCII and can be seen."""
    if byte == ord("\n"):
        return NEWLINE
    return chr(byte) if 0x20 <= byte < 0x7F else OTHER


def _row(
    start: int, data: bytes, above: Mapping[str, Sequence[Piece]], below: Mapping[str, Sequence[Piece]]
) -> Iterator[str]:
    stop = start + len(data)
    for name, pieces in above.items():
        yield f"{name:9} {_band(pieces, start, stop)}".rstrip()
    yield f"{'bytes':9} {''.join(map(letter, data))}".rstrip()
    for name, pieces in below.items():
        yield f"{name:9} {_band(pieces, start, stop)}".rstrip()


def _band(pieces: Sequence[Piece], start: int, stop: int) -> str:
    cells = [" "] * (stop - start)
    for piece in pieces:
        begin, end = piece.within(start, stop)
        if begin == end:
            continue
        cells[begin - start : end - start] = "-" * (end - begin)
        if piece.start >= start:
            cells[begin - start] = "["
        if piece.stop <= stop:
            cells[end - start - 1] = "|" if piece.stop - piece.start == 1 else "]"
    return "".join(cells)
