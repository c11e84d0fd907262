"""A sound server without a sound card, and a synthetic person: for tests and measurements."""
