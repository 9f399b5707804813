"""Packs the course for Gradescope: `python -m chatlab.grading.gradescope_zip autograder.zip [--checks PRIVATE]`.

The zip has what Gradescope asks for (https://gradescope-autograders.readthedocs.io/en/latest/specs/): setup.sh, which
installs the course, and run_autograder, which grades what a student has uploaded. Students see the public checks; what
the private ones say is in a test that is hidden from them.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from chatlab.grading.course import find_folder, read_manifest
from chatlab.grading.private_checks import problem_with
from chatlab.service.cli import Parser, print_line
from chatlab.service.options import existing_folder

COURSE, PRIVATE = "course", "private"
PACKED = ("chatlab", "exercises", ".build", "pyproject.toml", "README.md", "LICENSE")
SETUP = """#!/usr/bin/env bash
set -euo pipefail
root=${AUTOGRADER:-/autograder}
apt-get update && apt-get install -y python3 python3-venv
python3 -m venv "$root/venv"
"$root/venv/bin/pip" install -e "$root/source/course[grading]"
"""
RUN = """#!/usr/bin/env bash
# Exits with an error if there are no results: not graded is not zero points.
root=${AUTOGRADER:-/autograder}
cd "$root/source/course"
"$root/venv/bin/python" -m chatlab.grading.contained -p no:cacheprovider exercises --submission="$root/submission" \\
    --gradescope="$root/results/results.json" OPTIONS || true
[ -s "$root/results/results.json" ]
"""
SECONDS = 300.0  # for the model answers


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = Parser(
        prog="python -m chatlab.grading.gradescope_zip",
        description="Pack the course and its checks for Gradescope.",
        allow_abbrev=False,
    )
    parser.add_argument("zip", metavar="FILE", type=Path, help="the zip to write, such as autograder.zip")
    parser.add_argument("--checks", metavar="DIR", type=existing_folder, help="private checks, to be made as well")
    given = parser.parse_args(arguments)
    try:
        folder = find_folder(Path.cwd())
        exercises = read_manifest(folder)
        if given.checks and (problem := problem_with(given.checks.resolve(), folder, exercises, SECONDS)):
            parser.exit(2, f"{problem}\n")
        pack(given.zip, folder.parent, given.checks)
    except LookupError as error:
        parser.error(error.args[0])
    except OSError as error:
        parser.error(str(error))
    print_line(f"{given.zip}: upload it as the autograder of an assignment")
    return 0


def pack(file: Path, course: Path, private: Path | None) -> None:
    """Write the zip `file`. Raises OSError."""
    options = f'--checks="$root/source/{PRIVATE}" --show-private' if private else ""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (("setup.sh", SETUP), ("run_autograder", RUN.replace("OPTIONS", options))):
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o755 << 16
            packed.writestr(info, text)
        for name in PACKED:
            for path in _files(course / name):
                packed.write(path, Path(COURSE, path.relative_to(course)))
        for path in _files(private) if private else ():
            packed.write(path, Path(PRIVATE, path.relative_to(private or path)))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for file in sorted(path.rglob("*")):
        if file.is_file() and not {"__pycache__", ".pytest_cache"} & set(file.parts):
            yield file


if __name__ == "__main__":
    sys.exit(main())
