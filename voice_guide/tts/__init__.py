"""From text to blocks for the speaker: normalization, voices, cache, mixer and chimes."""
