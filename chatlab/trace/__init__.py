"""What crosses the wire, made visible: `Trace`. The lessons draw with it."""

from chatlab.trace.trace import Trace

__all__ = ["Trace"]
