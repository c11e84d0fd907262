"""How well, how fast and at what cost it hears, beside stock Vosk at the same work."""
