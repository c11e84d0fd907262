"""A simulated room: its acoustics, and the person who speaks in it."""
