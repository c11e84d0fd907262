"""The guide as a skill of another assistant: one session for each of its rooms."""
