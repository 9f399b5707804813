"""What crosses the wire, made visible: `Trace`. Lessons 06 to 13 draw with it."""

from chatlab.trace.recording import Trace

__all__ = ["Trace"]
