"""Makes `chatlab/confusables.txt`, the table behind the look-alike rule of nicknames.

    pip install confusable-homoglyphs && python tests/room/confusables_table.py > chatlab/room/confusables.txt

The package carries Unicode's confusables data as a graph in both directions. Each group of look-alikes is a star
around its prototype. Only characters that a nickname can hold, after NFKC and NFD, are kept.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files

HEADER = """\
# Characters that look like others: prototype, TAB, the letters, digits and marks that look like it.
# Made by tests/room/confusables_table.py from confusable-homoglyphs {version}, which carries Unicode's confusables.txt
# (Unicode Technical Standard 39; copyright Unicode, Inc., under the Unicode License V3)."""


def table() -> Iterator[str]:
    """The lines of the table."""
    data = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text(encoding="utf-8"))
    graph = {character: {other["c"] for other in others} for character, others in data.items()}
    prototypes = {character: _prototype(character, graph) for character in graph}
    looks_like: dict[str, set[str]] = {}
    for character in graph:
        # A prototype of several characters may hold one that has a prototype itself.
        prototype = "".join(prototypes.get(part, part) for part in prototypes[character])
        if character != prototype and _in_nicknames(character):
            looks_like.setdefault(prototype, set()).add(character)
    yield HEADER.format(version=version("confusable-homoglyphs"))
    yield from (f"{prototype}\t{''.join(sorted(looks_like[prototype]))}" for prototype in sorted(looks_like))


def _prototype(character: str, graph: dict[str, set[str]]) -> str:
    """The middle of the star: the member with most neighbours; of two, the longer, then the first by code point."""
    star = {character} | graph[character]
    return min(star, key=lambda member: (-len(graph.get(member, ())), -len(member), member))


def _in_nicknames(character: str) -> bool:
    stays = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", character)) == character
    return len(character) == 1 and stays and (character in "_-" or unicodedata.category(character)[0] in "LMN")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print("\n".join(table()))
