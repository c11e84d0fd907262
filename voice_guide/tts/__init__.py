"""Text to speech: text normalization, voices, caches, chimes and the mixer."""
