"""Says what failed, in at most so many lines: `failures.py LINES RESULTS.xml...`, as pytest writes with --junitxml.

CI's output is read from its end, so each failure is there, with what its assertion says.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

WIDEST = 240  # characters of a line


def failures(results: Path) -> list[list[str]]:
    """Of each test that failed, its name and its message, in lines."""
    found = []
    for case in ElementTree.parse(results).iter("testcase"):
        for kind in ("failure", "error"):
            for trouble in case.findall(kind):
                name = "::".join(part for part in (case.get("classname"), case.get("name")) if part)
                said = [line for line in trouble.get("message", "").splitlines() if line.strip()] or [""]
                found.append([f"{kind.upper()} {name}: {said[0]}", *(f"    {line}" for line in said[1:])])
    return found


def main(most: int, files: list[Path]) -> None:
    for missing in (file for file in files if not file.exists()):
        print(f"{missing.name} is not written: what writes it has ended too early")
    found = [failure for file in files if file.exists() for failure in failures(file)]
    shown = found if len(found) <= most else found[: most - 1]
    for failure in shown:
        for line in failure[: max(1, most // len(found))]:
            print(line[:WIDEST])
    if len(shown) < len(found):
        print(f"and {len(found) - len(shown)} more")


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(file) for file in sys.argv[2:]])
