"""The panel of a person in a room: what it shows, and how the person gets in, stays in, and comes in again."""
