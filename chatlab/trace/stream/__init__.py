"""Streams of bytes, to scale: what was sent, and the pieces in which it was received."""
