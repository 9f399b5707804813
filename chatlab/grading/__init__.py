"""The grader: what stands behind `pytest exercises/`, `check("ex00")` in a notebook (lesson 00 shows it), and the class
run.

A check is an ordinary pytest test that takes `learner` and `attempt`, and raises NotYetRight. `pytest_plugin` has all
checks made in a process that may die, `attempt` makes one, `reports` show what came of them; `for_checks` is what
checks are written with.

It stops accidents, not malice: code under check has all the rights of the person who checks it.
"""

from chatlab.grading.notebook import check
from chatlab.grading.verdict import NotYetRight

__all__ = ["NotYetRight", "check"]
