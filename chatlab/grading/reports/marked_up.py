"""Lines of a message as HTML, such that a reader can count in them: steps one a line, what was seen apart from what was
expected, blanks that are seen, code as code. Pure; whatever comes in is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

# A text of Python or of a message, in its quotes.
QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|(?<![^\W_])b?'(?:[^'\\]|\\.)*'""")
# Blanks that nobody can count: at the beginning, at the end, and two or more.
BLANKS = re.compile(r"(?<=^[\"'])[ \t]+|(?<=^b[\"'])[ \t]+|[ \t]+(?=[\"']$)|[ \t]{2,}")
# What separates two steps; a step is code: a call or an assignment.
NEXT_STEP = re.compile(r"(?:[,;] then |[,;] )(?=(?:called |sent )|…|[\w.]+\(|\w+ = )")
CRASH = " A thread of your code had ended with "
SEEN_AND_EXPECTED = re.compile(rf"(.*?)[.;] [Ee]xpected:? (.*?)\.?({CRASH}.*)?", re.DOTALL)


def steps(did: str) -> list[str]:
    """`did` in the steps that it tells of; one if there are no more."""
    depth = _depths(did)
    cuts = [found for found in NEXT_STEP.finditer(did) if not depth[found.start()]]
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(did)]
    return [did[start:end] for start, end in zip(starts, ends, strict=True)]


def seen_and_expected(saw: str) -> tuple[str, str, str]:
    """`saw` as what was seen, what was expected, and what else there is to say; '' for what it does not say."""
    if found := SEEN_AND_EXPECTED.fullmatch(saw):
        return found[1], found[2], (found[3] or "").strip()
    return "", "", saw


def prose(text: str) -> str:
    """HTML of a sentence: what stands between backticks is code, blanks in quotes are seen."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one backtick has no partner
        return literal(text)
    return "".join(f"<code>{literal(part)}</code>" if n % 2 else literal(part) for n, part in enumerate(parts))


def literal(text: str) -> str:
    """HTML of a text in which every sign stands for itself, and blanks in quotes are seen."""
    html, end = "", 0
    for found in QUOTED.finditer(text):
        html += escape(text[end : found.start()]) + "".join(_with_blanks(found[0]))
        end = found.end()
    return html + escape(text[end:])


def _with_blanks(quoted: str) -> Iterator[str]:
    end = 0
    for found in BLANKS.finditer(quoted):
        yield escape(quoted[end : found.start()])
        yield "".join(f'<span class="chatlab-blank">{blank}</span>' for blank in found[0])
        end = found.end()
    yield escape(quoted[end:])


def _depths(text: str) -> list[int]:
    """For each place in `text`, how many brackets are open there; a text in quotes counts as one more."""
    depths, depth = [], 0
    quoted = {place for found in QUOTED.finditer(text) for place in range(*found.span())}
    for place, sign in enumerate(text):
        if place not in quoted:
            depth += (sign in "([{") - (sign in ")]}")
        depths.append(depth + (place in quoted))
    return depths
