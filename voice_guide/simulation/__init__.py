"""A simulated room: its acoustics, and a person who speaks in it."""
