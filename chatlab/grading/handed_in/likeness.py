"""Answers that are like another's. It says that they are alike, not why: who reads both decides.

The fingerprints are those of Moss and copydetect (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003). Names, numbers,
texts, comments, round brackets and layout do not count; each run of RUN tokens is a number, and of WINDOW neighbours
the smallest stays. What stands in the stub as well is left out. Two answers are as alike as the part of the shorter
one that is in the other.
"""

from __future__ import annotations

import hashlib
import keyword
import tokenize
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chatlab.grading.attempt.source import is_plain_file
from chatlab.grading.course import Exercise
from chatlab.grading.submission import is_stub

RUN = 10  # tokens
WINDOW = 4  # runs
ALIKE = 0.6  # disguised copies of the model answers had 0.81 or more, right answers written apart 0.30 or less
LEAST = 30  # runs beside the stub's: shorter answers are alike by themselves
MOST_TOKENS = 20_000  # of a file; what comes behind them does not count
MODEL = "the model answer"


class Marks(NamedTuple):
    """`text`: the same for the same file. `runs`: the fingerprint."""

    text: str
    runs: frozenset[int]


class Likeness(NamedTuple):
    """That an answer to `exercise` (its key) is like that of `other`, and of `more` people. `share`: 0 to 1."""

    exercise: str
    other: str
    share: float
    is_same_file: bool
    more: int

    def __str__(self) -> str:
        how = "the same file as" if self.is_same_file else f"{self.share:.0%} like"
        return f"{self.exercise}: {how} {self.other}" + (f" and {self.more} more" if self.more else "")


def marks_of(paths: Mapping[str, Path], exercises: Sequence[Exercise], stubs: Path) -> dict[str, Marks]:
    """By the key of the exercise; none of what is short, adds less to the stub than that has, or is not to be read.

    `paths`: of the answers, by their file names; `stubs`: the folder of the untouched ones, without which nothing can
    be compared.
    """
    found = {}
    for exercise in exercises:
        with suppress(OSError):
            stub = _stub_runs(stubs / exercise.file, exercise)
            if stub is not None and is_plain_file(path := paths[exercise.file]):
                text = path.read_bytes().replace(b"\r\n", b"\n")
                runs = _runs(text.decode("utf-8-sig", errors="replace"))
                own = [run for run in runs if run not in stub]
                if len(own) >= max(LEAST, len(stub)):
                    found[exercise.key] = Marks(hashlib.sha256(text).hexdigest()[:16], frozenset(_winnowed(own)))
    return found


def alike(marks: Mapping[str, Mapping[str, Marks]]) -> dict[str, list[Likeness]]:
    """`marks`: of each person's answers. To each person the likest answer of another's, where there is one."""
    found = defaultdict(list)
    for exercise in sorted({key for answers in marks.values() for key in answers}):
        same = defaultdict[frozenset[int], dict[str, str]](dict)  # each person's text
        for person, answers in marks.items():
            if exercise in answers:
                same[answers[exercise].runs][person] = answers[exercise].text
        for runs, near in _near(list(same)).items():
            for person, text in same[runs].items():
                others = [
                    (share, same[other][name] == text, name)
                    for other, share in near.items()
                    for name in same[other]
                    if name != person
                ]
                if others:
                    share, is_same, first = max(others, key=lambda ranks: ranks[:2])
                    found[person].append(Likeness(exercise, first, share, is_same, len(others) - 1))
    return found


def _near(prints: Sequence[frozenset[int]]) -> dict[frozenset[int], dict[frozenset[int], float]]:
    """To each of `prints` those that are ALIKE, itself among them, with their shares.

    An answer that is not longer has at least ALIKE of its runs in the other; so one of any that are more than the rest,
    such as the rarest: only who has one of these is looked at.
    """
    holders = defaultdict[int, list[frozenset[int]]](list)
    for one in prints:
        for run in one:
            holders[run].append(one)
    near = {one: {one: 1.0} for one in prints}
    for one in prints:
        rarest = sorted(one, key=lambda run: len(holders[run]))[: int((1 - ALIKE) * len(one)) + 1]
        for other in {holder for run in rarest for holder in holders[run] if len(holder) >= len(one)}:
            if (share := len(one & other) / len(one)) >= ALIKE:
                near[one][other] = near[other][one] = share
    return near


@lru_cache
def _stub_runs(file: Path, exercise: Exercise) -> frozenset[int] | None:
    """None if it is not the stub any more. Raises OSError."""
    text = file.read_bytes()
    return frozenset(_runs(text.decode("utf-8-sig"))) if is_stub(text, exercise) else None


def _runs(source: str) -> list[int]:
    tokens = list(islice(_tokens(source), MOST_TOKENS))
    return [zlib.crc32(" ".join(tokens[i : i + RUN]).encode()) for i in range(len(tokens) - RUN + 1)]


def _winnowed(runs: Sequence[int]) -> Iterator[int]:
    return (min(runs[i : i + WINDOW]) for i in range(max(1, len(runs) - WINDOW + 1)))


def _tokens(source: str) -> Iterator[str]:
    """What counts of each token; of what is no Python, up to the fault."""
    begins = True  # a statement: a text that does is a docstring
    with suppress(tokenize.TokenError, SyntaxError):
        for kind, text, *_ in tokenize.generate_tokens(StringIO(source).readline):
            if kind in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
                begins = True
            elif kind not in (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER):
                if kind == tokenize.OP or keyword.iskeyword(text):
                    if text not in "()":
                        yield text
                elif not (begins and kind == tokenize.STRING):
                    yield tokenize.tok_name[kind]
                begins = False
