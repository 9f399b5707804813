# expects: `solutions` holds the model answers
from solutions.ex03_who_hears_what import Room  # noqa: F401
