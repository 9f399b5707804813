"""Makes `pytest exercises/` the grader: its options, its messages and its table are in chatlab.grading."""

import sys
from pathlib import Path

# pytest has put this folder first on the path, where a learner's socket.py would hide Python's own.
sys.path[:] = [entry for entry in sys.path if Path(entry) != Path(__file__).parent]
try:
    import xdist  # noqa: F401

    import chatlab.grading  # noqa: F401
except ModuleNotFoundError as error:
    sys.exit(f"{sys.executable} has no {error.name}. Activate the course's environment first: README.md says how.")

pytest_plugins = ["chatlab.grading.pytest_plugin.options"]
