"""A panel about a member that reads slowly, or not at all: where the bytes wait that are for it."""
