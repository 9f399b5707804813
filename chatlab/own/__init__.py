"""The learner's own code at work: `try_out("ex03")` in a notebook, `python -m chatlab.own server` in a terminal."""

from chatlab.own.trials import try_out

__all__ = ["try_out"]
