"""The one place that wires the rooms together: a live session, a typed one, a demo, recordings."""
