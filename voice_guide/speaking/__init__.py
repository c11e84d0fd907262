"""From text to speaker blocks."""
