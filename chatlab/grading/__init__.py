"""The grader: what stands behind `pytest exercises/` and behind the check card of a notebook.

    manifest   what exercises there are (exercises/exercises.toml)
    learner    a learner's file, loaded as it is now
    limit      a call that may hang, exit or flood
    attempt    one check of one exercise: what it did, and what came of it
    explain    an error -> three lines that teach
    grades     the three states, exercise by exercise; the report
    grader     the pytest hooks that tie these together; plugin: the options of the command line
    table      how it ends on a terminal
    notebook   check("ex00"): the same run from a notebook; card: how it looks there

It stops accidents, not malice: code under check runs with all the rights of whoever checks it. Lesson 00 shows how
to use it. A check is an ordinary pytest test that takes `learner` and `attempt`, and raises NotYetRight.
"""

from chatlab.grading.notebook import check
from chatlab.grading.verdict import NotYetRight

__all__ = ["NotYetRight", "check"]
