"""Makes `pytest exercises/` the grader: its options, its messages and its table are in chatlab.grading."""

import sys

try:
    import chatlab.grading  # noqa: F401
except ModuleNotFoundError as error:
    sys.exit(f"{sys.executable} has no {error.name}. Activate the course's environment first: README.md says how.")

pytest_plugins = ["chatlab.grading.plugin"]
