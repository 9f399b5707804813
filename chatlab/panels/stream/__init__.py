"""Panels about streams of bytes: what was sent and what was received, live; and a bad network for TCP, on sliders."""
