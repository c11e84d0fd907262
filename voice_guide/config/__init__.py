"""The user's settings, and the languages that are installed."""
