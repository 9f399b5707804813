"""The weather before a room, on sliders."""
