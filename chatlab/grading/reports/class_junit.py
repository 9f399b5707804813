"""How a class went as JUnit's XML, which CI servers show: a suite for each student, a case for each check.

The format is what Jenkins's JUnit plugin and Maven's Surefire read; it has no other standard. A suite's properties have
the points of each exercise, as cases know only passed, failed and skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from chatlab.grading.grade import Grade
from chatlab.grading.reports.class_row import Row
from chatlab.grading.verdict import CheckResult, State

# What XML 1.0 can't hold, not even escaped (section 2.2, Characters).
NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(file: Path, rows: Sequence[Row]) -> None:
    """Write grades.xml. Who was not graded has one case, with an error."""
    suites = Xml.Element("testsuites", name="chatlab")
    for row in rows:
        cases = [_case(grade, check) for grade in row.outcome.grades for check in grade.checks]
        if not row.is_graded:
            cases = [_with("error", row.stuck_at, row.outcome.failure, classname="chatlab", name="graded")]
        counts = {f"{kind}s": str(sum(case.find(kind) is not None for case in cases)) for kind in ("failure", "error")}
        skipped = str(sum(case.find("skipped") is not None for case in cases))
        name, time = _text(row.student), f"{row.seconds:.3f}"
        suite = Xml.SubElement(
            suites, "testsuite", counts, name=name, tests=str(len(cases)), skipped=skipped, time=time
        )
        properties = Xml.SubElement(suite, "properties")
        for grade in row.outcome.grades:
            points = f"{grade.points} of {grade.exercise.points}"
            Xml.SubElement(properties, "property", name=f"{grade.exercise.key} points", value=points)
        suite.extend(cases)
    Xml.indent(suites)
    Xml.ElementTree(suites).write(file, encoding="utf-8", xml_declaration=True)


def _case(grade: Grade, check: CheckResult) -> Xml.Element:
    names = {"classname": grade.exercise.name, "name": check.title}
    if check.state is State.DONE:
        return Xml.Element("testcase", {key: _text(name) for key, name in names.items()})
    kind = "failure" if check.state is State.NOT_YET_RIGHT else "skipped"
    message = check.message
    return _with(kind, message.saw if message else check.state.value, str(message or ""), **names)


def _with(kind: str, message: str, text: str, **names: str) -> Xml.Element:
    case = Xml.Element("testcase", {key: _text(name) for key, name in names.items()})
    Xml.SubElement(case, kind, message=_text(message)).text = _text(text)
    return case


def _text(text: str) -> str:
    return NO_CHARACTER.sub("\ufffd", text)
